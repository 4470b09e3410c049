"""Italian."""

from nlp.languages._form import Language, names, numbers, words

LANGUAGE = Language(
    code="it",
    name="Italian",
    stop_words=words(
        "a, ad, ai, al, alla, alle, allo, anche, c', che, chi, ci, come, con, cui, da, dai, dal, dalla, dalle, d', dei,"
        "del, della, delle, dello, di, dopo, dove, e, è, ed, era, erano, fra, gli, ha, hanno, i, il, in, io, l', la, le,"
        "lei, lo, loro, lui, ma, mi, mia, mio, ne, negli, nei, nel, nella, nelle, no, noi, non, o, ogni, per, perché,"
        "più, poi, prima, quale, quando, quello, questa, queste, questi, questo, se, sei, si, sia, sono, su, sua, sui,"
        "sul, sulla, suo, tra, tu, tutti, un, una, uno, vi"
    ),
    negations=words("non, mai, nessuno, nessuna, nessun, niente, nulla, né, senza, neanche, nemmeno, neppure"),
    hedges=words(
        "può, possono, potrebbe, potrebbero, forse, possibilmente, probabilmente, apparentemente, sembra, pare, circa,"
        "quasi, intorno a, fino a, almeno, si stima, stimato, stimata, sospetto, non confermato, preliminare,"
        "suggerisce, approssimativamente"
    ),
    opinion_markers=words(
        "penso che, io penso, credo che, io credo, ritengo che, secondo me, a mio parere, a mio avviso, spero che,"
        "temo che, mi piace, amo, odio, voglio, sinceramente, francamente, vergognoso, vergognosa, vergogna, scandaloso,"
        "scandalosa, inaccettabile, imperdonabile, indegno, incompetente, incompetenza, ridicolo, assurdo, patetico,"
        "deve dimettersi, dovrebbe dimettersi, dovrebbe, dovrebbero, dovremmo, dobbiamo, bisogna, è ora di, tradimento,"
        "insulto, ipocrisia, arrogante, vile"
    ),
    evaluations=words(
        "bello, meraviglioso, terribile, orribile, peggiore, peggio, migliore, meglio, purtroppo, per fortuna,"
        "fortunatamente, merita, meritano, negligente, deludente"
    ),
    first_person=words("io, mi, me, mio, mia, miei, mie, noi, ci, nostro, nostra, nostri"),
    question_words=words(
        "chi, che cosa, cosa, quando, dove, perché, come, quale, quali, quanto, quanti, è vero che, lo sapevate,qualcuno sa"
    ),
    future_markers=words(
        "sarà, saranno, avrà, avranno, ci sarà, farà, faranno, potrà, potranno, dovrà, dovranno, arriverà, arriveranno,"
        "si prevede, prevede, prevedono, domani, la prossima settimana, il prossimo mese, il prossimo anno,"
        "l'anno prossimo, presto, salirà, scenderà, vincerà, perderà, raggiungerà, nei prossimi giorni"
    ),
    wishes=words(
        "per favore, preghiamo, pregate, dio benedica, che dio, grazie, auguri, buongiorno, buonasera, buonanotte,"
        "buon compleanno, iscriviti, iscrivetevi, seguici, seguiteci, condividi, condividete, clicca, leggi anche,"
        "leggi tutto, riposa in pace, forza, unisciti"
    ),
    denial_words=words(
        "falso, falsa, falsi, false, bufala, bufale, fake, menzogna, bugia, non è vero, non ci sono prove,"
        "nessuna prova, senza prove, senza fondamento, smentisce, smentiscono, ha smentito, smentito, smentita, nega,"
        "negano, ha negato, respinge, confuta, fuorviante, disinformazione, infondato, infondata, voce, voci, diceria,"
        "mito, errato, verifica, mai accaduto, non è successo, manipolato, manipolata, fuori contesto, inventato,"
        "inventata, teoria del complotto, esclude"
    ),
    report_words=words(
        "afferma, affermano, ha affermato, sostiene, sostengono, dice, dicono, ha detto, secondo, presunto, presunta,"
        "presumibilmente, asserisce, ha dichiarato, dichiara, riferisce, ha annunciato, annuncia, post, virale, circola,"
        "circolano, messaggi, un video, condiviso, stando a"
    ),
    satire_markers=words("satira, satirico, satirica, parodia, #satira, pesce d'aprile"),
    cause_words=words(
        "perché, poiché, a causa di, a causa del, a causa della, causato da, causata da, ha causato, causa, dovuto a,"
        "dovuta a, provocato da, ha provocato, provoca, in seguito a, a seguito di, per colpa di, risultato di,"
        "grazie a, ha portato a, scatenato, dopo"
    ),
    abbreviations=words(
        "sig, sigg, sig.ra, dott, dott.ssa, dr, prof, prof.ssa, ing, avv, on, ecc, es, p.es, ca, n, nr, pag, art, vol,"
        "cap, gen, col, max, min, gen, feb, mar, apr, mag, giu, lug, ago, set, ott, nov, dic, s.p.a, s.r.l, u.s.a, c.so,"
        "p.zza"
    ),
    number_words=numbers(
        "zero=0, un=1, uno=1, una=1, due=2, tre=3, quattro=4, cinque=5, sei=6, sette=7, otto=8, nove=9, dieci=10,"
        "undici=11, dodici=12, tredici=13, quattordici=14, quindici=15, sedici=16, diciassette=17, diciotto=18,"
        "diciannove=19, venti=20, trenta=30, quaranta=40, cinquanta=50, sessanta=60, settanta=70, ottanta=80,"
        "novanta=90, decina=10, decine=10, dozzina=12, ventina=20, centinaio=100, centinaia=100, cento=100,"
        "duecento=200, trecento=300, cinquecento=500, mille=1000, mila=1000, migliaio=1000, migliaia=1000,"
        "milione=1000000, milioni=1000000, miliardo=1000000000, miliardi=1000000000, mezzo=0.5, metà=0.5"
    ),
    months=names(
        "gennaio/gen, febbraio/feb, marzo/mar, aprile/apr, maggio/mag, giugno/giu, luglio/lug, agosto/ago,"
        "settembre/set, ottobre/ott, novembre/nov, dicembre/dic"
    ),
    weekdays=names("lunedì, martedì, mercoledì, giovedì, venerdì, sabato, domenica"),
    decimal=",",
    thousands=".",
)
