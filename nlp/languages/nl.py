"""Dutch."""

from nlp.languages._form import Language, names, numbers, words

LANGUAGE = Language(
    code="nl",
    name="Dutch",
    stop_words=words(
        "aan, al, alle, als, bij, dan, dat, de, der, deze, die, dit, door, dus, een, en, er, geen, had, hadden, heb,"
        "hebben, heeft, het, hem, hij, hoe, hun, ik, in, is, ja, je, kan, kunnen, maar, me, meer, men, met, mijn, na,"
        "naar, niet, niets, nog, nu, of, om, omdat, ons, ook, op, over, te, tegen, toch, toen, tot, u, uit, uw, van,"
        "veel, voor, want, waren, was, wat, we, wel, werd, werden, wie, wij, worden, wordt, ze, zich, zij, zijn, zo,"
        "zonder, zou"
    ),
    negations=words("niet, nooit, geen, niemand, niets, zonder, noch, nergens, niet meer"),
    hedges=words(
        "kan, kunnen, zou kunnen, misschien, mogelijk, waarschijnlijk, blijkbaar, kennelijk, lijkt, schijnt, ongeveer,"
        "circa, rond, bijna, minstens, ten minste, tot, naar schatting, geschat, vermoedelijk, onbevestigd, voorlopig,"
        "wellicht, zo'n"
    ),
    opinion_markers=words(
        "ik denk, ik geloof, ik vind, ik hoop, ik vrees, ik betwijfel, ik hou van, ik haat, ik wil, volgens mij,"
        "naar mijn mening, mijns inziens, wij vinden, eerlijk gezegd, schande, schandalig, beschamend, onaanvaardbaar,"
        "onvergeeflijk, onacceptabel, incompetent, incompetentie, belachelijk, absurd, zielig, moet aftreden,"
        "zou moeten, zouden moeten, moeten we, we moeten, het is tijd, verraad, belediging, hypocrisie, arrogant, laf,"
        "wanbeleid"
    ),
    evaluations=words(
        "mooi, prachtig, vreselijk, verschrikkelijk, slechtste, ergste, beste, helaas, gelukkig, verdient, verdienen,"
        "nalatig, teleurstellend"
    ),
    first_person=words("ik, mij, me, mijn, wij, we, ons, onze"),
    question_words=words(
        "wie, wat, wanneer, waar, waarom, hoe, welke, welk, hoeveel, klopt het dat, wist je dat, is er iemand"
    ),
    future_markers=words(
        "zal, zullen, gaat worden, gaan worden, zal zijn, naar verwachting, verwacht wordt, voorspelt, voorspellen,"
        "morgen, volgende week, volgende maand, volgend jaar, binnenkort, in de komende dagen, gaat stijgen, gaat dalen"
    ),
    wishes=words(
        "alsjeblieft, alstublieft, laten we, bid voor, god zegene, dank je, dank u, bedankt, gefeliciteerd, goedemorgen,"
        "goedenavond, welterusten, abonneer, volg ons, deel dit, klik hier, klik, lees meer, lees ook, rust in vrede,"
        "sterkte, doe mee"
    ),
    denial_words=words(
        "onwaar, vals, valse, nep, nepnieuws, niet waar, klopt niet, onjuist, geen bewijs, zonder bewijs, weerlegt,"
        "weerlegd, ontkent, ontkennen, ontkende, ontkracht, verwerpt, misleidend, misleidende, desinformatie, verzonnen,"
        "ongegrond, gerucht, geruchten, mythe, fabel, factcheck, factcheckers, nooit gebeurd, niet gebeurd,"
        "gemanipuleerd, uit de context, hoax, complottheorie, spreekt tegen"
    ),
    report_words=words(
        "beweert, beweren, beweerde, bewering, zegt, zeggen, zei, zeiden, volgens, vermeende, zogenaamd, zogenaamde,"
        "naar verluidt, stelt, verklaart, verklaarde, meldt, meldde, bericht, viraal, circuleert, circuleren, berichten,"
        "een video, gedeeld, kondigde aan, zou"
    ),
    satire_markers=words("satire, satirisch, satirische, parodie, #satire, aprilgrap"),
    cause_words=words(
        "omdat, doordat, vanwege, door, veroorzaakt door, veroorzaakte, veroorzaakt, als gevolg van, ten gevolge van,"
        "leidde tot, leidt tot, dankzij, wegens, te wijten aan, na, want"
    ),
    abbreviations=words(
        "dhr, mevr, mw, dr, drs, prof, ir, mr, ing, st, nr, bijv, bv, ca, enz, etc, o.a, m.n, d.w.z, t.o.v, i.p.v, blz,"
        "art, jan, feb, mrt, apr, jun, jul, aug, sep, sept, okt, nov, dec, max, min, gem, v.s, jl, a.s"
    ),
    number_words=numbers(
        "nul=0, één=1, een=1, twee=2, drie=3, vier=4, vijf=5, zes=6, zeven=7, acht=8, negen=9, tien=10, elf=11,"
        "twaalf=12, dertien=13, veertien=14, vijftien=15, zestien=16, zeventien=17, achttien=18, negentien=19,"
        "twintig=20, dertig=30, veertig=40, vijftig=50, zestig=60, zeventig=70, tachtig=80, negentig=90, dozijn=12,"
        "tientallen=10, honderd=100, honderden=100, duizend=1000, duizenden=1000, miljoen=1000000, miljoenen=1000000,"
        "miljard=1000000000, miljarden=1000000000, half=0.5, helft=0.5"
    ),
    months=names(
        "januari/jan, februari/feb, maart/mrt, april/apr, mei, juni/jun, juli/jul, augustus/aug, september/sep/sept,"
        "oktober/okt, november/nov, december/dec"
    ),
    weekdays=names("maandag, dinsdag, woensdag, donderdag, vrijdag, zaterdag, zondag"),
    decimal=",",
    thousands=".",
)
