"""German."""

from nlp.languages._form import Language, names, numbers, words

LANGUAGE = Language(
    code="de",
    name="German",
    stop_words=words(
        "aber, alle, als, also, am, an, auch, auf, aus, bei, bis, da, damit, das, dass, dem, den, der, des, die, dies,"
        "diese, dieser, doch, du, durch, ein, eine, einem, einen, einer, er, es, für, gegen, hat, hatte, haben, ich,"
        "ihr, ihre, im, in, ist, ja, kann, kein, keine, man, mehr, mit, nach, nicht, noch, nun, nur, ob, oder, ohne,"
        "schon, sehr, sein, seine, seit, sich, sie, sind, so, sowie, über, um, und, uns, unter, vom, von, vor, war,"
        "waren, was, weil, wenn, werden, wie, wir, wird, worden, wurde, wurden, zu, zum, zur, zwischen"
    ),
    negations=words(
        "nicht, nie, niemals, kein, keine, keinen, keinem, keiner, keines, niemand, nichts, ohne, weder, noch nie,"
        "nirgends, keinesfalls"
    ),
    hedges=words(
        "könnte, könnten, kann, können, vielleicht, möglicherweise, wahrscheinlich, offenbar, anscheinend, scheint,"
        "wohl, etwa, rund, circa, ungefähr, knapp, mindestens, höchstens, bis zu, geschätzt, schätzungsweise,"
        "mutmaßlich, unbestätigt, vorläufig, deutet, fast, dürfte"
    ),
    opinion_markers=words(
        "ich denke, ich glaube, ich finde, ich meine, ich hoffe, ich fürchte, ich bezweifle, ich liebe, ich hasse,"
        "ich will, ich möchte, meiner meinung nach, meines erachtens, aus meiner sicht, wir glauben, wir finden,"
        "ehrlich gesagt, schande, schändlich, beschämend, skandalös, unerhört, unverzeihlich, unverantwortlich,"
        "inakzeptabel, inkompetent, inkompetenz, lächerlich, absurd, peinlich, erbärmlich, muss zurücktreten,"
        "sollte zurücktreten, sollte, sollten, müssen wir, wir müssen, es ist zeit, verrat, beleidigung, heuchelei,"
        "arrogant, feige, versagt, versagen"
    ),
    evaluations=words(
        "schön, wunderbar, schrecklich, furchtbar, schlimmste, schlimmsten, beste, besten, leider, zum glück,"
        "glücklicherweise, verdient, verdienen, nachlässig, enttäuschend, großartig"
    ),
    first_person=words("ich, mir, mich, mein, meine, wir, uns, unser, unsere"),
    question_words=words(
        "wer, was, wann, wo, warum, wieso, weshalb, wie, welche, welcher, welches, wessen, stimmt es dass,"
        "wussten sie dass, gibt es"
    ),
    future_markers=words(
        "wird bald, werden bald, in zukunft, künftig, voraussichtlich, nächste woche, nächsten monat, nächstes jahr,"
        "kommende woche, morgen früh, demnächst, prognostiziert, prognostizieren, ist zu erwarten, wird erwartet,"
        "es wird, werden wir, in den kommenden tagen"
    ),
    wishes=words(
        "bitte, beten wir, betet, gott segne, möge gott, danke, vielen dank, herzlichen glückwunsch, guten morgen,"
        "guten abend, gute nacht, abonniere, abonnieren sie, folgen sie, folgt uns, teilt, klicken sie, lesen sie,"
        "mehr lesen, ruhe in frieden, passt auf euch auf"
    ),
    denial_words=words(
        "falsch, falsche, falschmeldung, fake, fälschung, gefälscht, unwahr, nicht wahr, stimmt nicht, keine belege,"
        "keine beweise, ohne beleg, ohne beweis, widerlegt, widerlegen, dementiert, dementieren, dementierte,"
        "bestreitet, bestritt, bestreiten, weist zurück, irreführend, desinformation, falschinformation, erfunden,"
        "haltlos, unbegründet, gerücht, gerüchte, mythos, unzutreffend, faktencheck, faktenprüfer, nie passiert,"
        "nicht passiert, manipuliert, aus dem zusammenhang, verschwörungstheorie, entgegen"
    ),
    report_words=words(
        "behauptet, behaupten, behauptete, behauptung, angeblich, angebliche, mutmaßliche, laut, sagt, sagte, sagen,"
        "sagten, zufolge, erklärte, erklärt, teilte mit, berichtet, berichtete, meldet, gibt an, soll, sollen,"
        "sogenannte, viral, kursiert, kursieren, beitrag, video, verbreitet, kündigte an"
    ),
    satire_markers=words("satire, satirisch, satirische, parodie, glosse, #satire, aprilscherz"),
    cause_words=words(
        "weil, wegen, aufgrund, verursacht, verursachte, verursachen, ausgelöst, löste aus, führte zu, führt zu,"
        "führten zu, infolge, durch, dank, geht zurück auf, schuld, nachdem, deshalb, daher"
    ),
    abbreviations=words(
        "dr, prof, hr, fr, st, str, nr, bzw, ca, usw, etc, z.b, d.h, u.a, z, b, d, h, u, a, inkl, evtl, ggf, vgl, mio,"
        "mrd, tsd, abs, art, bd, s, jan, feb, mär, apr, jun, jul, aug, sep, sept, okt, nov, dez, geb, gest, max, min,"
        "o.ä, v.a, i.d.r, sog"
    ),
    number_words=numbers(
        "null=0, ein=1, eins=1, eine=1, zwei=2, drei=3, vier=4, fünf=5, sechs=6, sieben=7, acht=8, neun=9, zehn=10,"
        "elf=11, zwölf=12, dreizehn=13, vierzehn=14, fünfzehn=15, sechzehn=16, siebzehn=17, achtzehn=18, neunzehn=19,"
        "zwanzig=20, dreißig=30, vierzig=40, fünfzig=50, sechzig=60, siebzig=70, achtzig=80, neunzig=90, dutzend=12,"
        "dutzende=12, hundert=100, hunderte=100, tausend=1000, tausende=1000, million=1000000, millionen=1000000,"
        "milliarde=1000000000, milliarden=1000000000, billion=1000000000000, billionen=1000000000000, halb=0.5,"
        "hälfte=0.5"
    ),
    months=names(
        "januar/jan/jänner, februar/feb, märz/mär, april/apr, mai, juni/jun, juli/jul, august/aug, september/sep/sept,"
        "oktober/okt, november/nov, dezember/dez"
    ),
    weekdays=names("montag/mo, dienstag/di, mittwoch/mi, donnerstag/do, freitag/fr, samstag/sonnabend/sa, sonntag/so"),
    decimal=",",
    thousands=".",
)
