"""Spanish."""

from nlp.languages._form import Language, names, numbers, words

LANGUAGE = Language(
    code="es",
    name="Spanish",
    stop_words=words(
        "a, al, algo, ante, antes, como, con, contra, cual, cuando, de, del, desde, donde, durante, e, el, ella, ellas,"
        "ellos, en, entre, era, es, esa, ese, eso, esta, está, están, estas, este, esto, estos, fue, fueron, ha, han,"
        "hasta, hay, la, las, le, les, lo, los, más, me, mi, muy, ni, no, nos, o, otra, otro, para, pero, por, porque,"
        "que, qué, se, según, ser, si, sin, sobre, son, su, sus, también, tanto, te, tiene, todo, todos, tras, tu, un,"
        "una, uno, unos, y, ya, yo"
    ),
    negations=words("no, nunca, jamás, nadie, nada, ningún, ninguno, ninguna, ni, sin, tampoco, ya no"),
    hedges=words(
        "podría, podrían, puede, pueden, quizás, quizá, tal vez, posiblemente, probablemente, aparentemente, parece,"
        "al parecer, unos, unas, cerca de, alrededor de, aproximadamente, casi, hasta, al menos, se estima, estimado,"
        "presuntamente, sospecha, sin confirmar, preliminar, sugiere"
    ),
    opinion_markers=words(
        "una vergüenza, qué vergüenza, es un insulto, opino, a mi modo de ver, basta de, basta ya, es un desastre,"
        "una farsa, una burla, dimisión ya, esconde detrás, esconden detrás, más honrado, inútiles, mentirosos,"
        "cobardes, intolerable, es un escándalo, los platos rotos, como a niños, como ganado, incompetentes,"
        "sinvergüenzas, ya está bien,"
        "creo que, creo, pienso que, opino que, me parece, en mi opinión, a mi juicio, siento que, considero,"
        "espero que, ojalá, me gusta, odio, amo, quiero, sinceramente, francamente, vergonzoso, vergüenza, vergonzosa,"
        "lamentable, indignante, escandaloso, inaceptable, imperdonable, incompetente, incompetencia, ridículo, absurdo,"
        "patético, merecemos, debe dimitir, debería dimitir, debería, deberían, deberíamos, hay que, tenemos que,"
        "es hora de, una traición, un insulto, qué asco, basta ya, hipocresía, decepcionante, arrogante, cobarde,"
        "demasiado tarde, me cuesta, no creo, gobernar es"
    ),
    evaluations=words(
        "terrible, hermoso, maravilloso, peor, mejor, por desgracia, desgraciadamente, negligente, merece, merecen"
    ),
    first_person=words("yo, mi, mis, me, nosotros, nosotras, nuestro, nuestra, nos"),
    question_words=words(
        "quién, quiénes, qué, cuándo, dónde, por qué, cómo, cuál, cuáles, cuánto, cuántos, es cierto que, sabías,alguien sabe"
    ),
    question_marks="?？؟¿",
    future_markers=words(
        "va a, van a, vamos a, será, serán, habrá, tendrá, tendrán, podrá, podrán, hará, harán, llegará, llegarán,"
        "se espera que, se prevé, prevé, prevén, pronostica, la próxima semana, el próximo mes, el próximo año, subirá,"
        "bajará, ganará, perderá, caerá, sufrirá, alcanzará, superará, volverá, empezará, en los próximos días,"
        "pasado mañana, temen que, teme que, seguramente, el mes que viene, el año que viene, la semana que viene,"
        "podría volver, podría caer, podría durar, podrían volver"
    ),
    future_forms=r"(?<!\w)\w{2,}(?:[aei]rán?|[aei]remos)(?!\w)",
    conditionals=words(
        "imaginad, imagínate, imagínense, imagínese, "
        "si, de haber, supongamos, suponiendo, imaginen, imagina, imaginemos, aunque hubiera, en caso de que, como si"
    ),
    wishes=words(
        "ojalá, dios quiera, dios no lo quiera, dios mío, esperemos, confiemos, rezo, rezamos, rezando, quiera dios,"
        "por favor, recemos, oremos, dios bendiga, que dios, gracias, felicidades, feliz, buenos días, buenas noches,"
        "suscríbete, síguenos, comparte, haz clic, leer más, lea más, descanse en paz, q.e.p.d, mucha fuerza, ánimo,"
        "cuídense, únete, ven"
    ),
    denial_words=words(
        "falso, falsa, falsos, falsas, bulo, bulos, mentira, engaño, no es cierto, no es verdad, no hay pruebas,"
        "sin pruebas, no hay evidencia, sin evidencia, desmiente, desmienten, desmintió, desmentido, niega, niegan,"
        "negó, negaron, rechaza, refuta, engañoso, engañosa, desinformación, infundado, infundada, rumor, rumores, mito,"
        "incorrecto, verificación, verificadores, nunca ocurrió, no ocurrió, manipulado, manipulada, fuera de contexto,"
        "sin fundamento, fabricado, teoría conspirativa, descartó, descarta, falsamente, montaje,"
        "no existe ninguna prueba"
    ),
    report_words=words(
        "afirma, afirman, afirmó, afirmaron, asegura, aseguran, aseguró, dice, dicen, dijo, según, supuestamente,"
        "presuntamente, presunto, presunta, supuesto, supuesta, alega, sostiene, sostienen, declaró, informó, informa,"
        "señaló, publicación, viral, circula, circulan, mensajes, un vídeo, un video, comparten, anunció, difunde"
    ),
    satire_markers=words("sátira, humor, satírico, satírica, parodia, #sátira, #satira, #humor, inocentada"),
    cause_words=words(
        "porque, causado por, causada por, causó, causa, causan, debido a, provocó, provocado por, provocada por,"
        "provoca, a causa de, como consecuencia de, por culpa de, resultado de, gracias a, desencadenó, originó, tras,"
        "llevó a, condujo a, ya que"
    ),
    abbreviations=words(
        "sr, sra, srta, dr, dra, d, dña, ud, uds, etc, p.ej, ej, aprox, núm, nº, pág, págs, art, av, avda, ee.uu,"
        "ee. uu, gral, prof, lic, ing, col, vol, máx, mín, ene, feb, mar, abr, jun, jul, ago, sep, oct, nov, dic, a.m,"
        "p.m, s.a, depto"
    ),
    number_words=numbers(
        "cero=0, un=1, uno=1, una=1, dos=2, tres=3, cuatro=4, cinco=5, seis=6, siete=7, ocho=8, nueve=9, diez=10,"
        "once=11, doce=12, trece=13, catorce=14, quince=15, dieciséis=16, diecisiete=17, dieciocho=18, diecinueve=19,"
        "veinte=20, treinta=30, cuarenta=40, cincuenta=50, sesenta=60, setenta=70, ochenta=80, noventa=90, docena=12,"
        "cien=100, ciento=100, cientos=100, doscientos=200, trescientos=300, cuatrocientos=400, quinientos=500,"
        "seiscientos=600, setecientos=700, ochocientos=800, novecientos=900, mil=1000, miles=1000, millón=1000000,"
        "millones=1000000, billón=1000000000000, billones=1000000000000, medio=0.5, mitad=0.5"
    ),
    months=names(
        "enero/ene, febrero/feb, marzo/mar, abril/abr, mayo, junio/jun, julio/jul, agosto/ago,"
        "septiembre/setiembre/sep/sept, octubre/oct, noviembre/nov, diciembre/dic"
    ),
    weekdays=names("lunes, martes, miércoles, jueves, viernes, sábado, domingo"),
    decimal=",",
    thousands=".",
)
