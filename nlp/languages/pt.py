"""Portuguese."""

from nlp.languages._form import Language, names, numbers, words

LANGUAGE = Language(
    code="pt",
    name="Portuguese",
    stop_words=words(
        "a, ao, aos, após, até, as, às, com, como, da, das, de, dela, dele, depois, do, dos, e, é, ela, elas, ele, eles,"
        "em, entre, era, essa, esse, esta, está, estão, este, eu, foi, foram, há, isso, isto, já, lhe, mais, mas, me,"
        "mesmo, meu, minha, muito, na, nas, nem, no, nos, nós, num, numa, o, os, ou, para, pela, pelas, pelo, pelos,"
        "por, qual, quando, que, quem, se, sem, ser, seu, sua, são, só, também, tem, têm, um, uma, umas, uns, você"
    ),
    negations=words("não, nunca, jamais, ninguém, nada, nenhum, nenhuma, nem, sem, tampouco, deixou de"),
    hedges=words(
        "pode, podem, poderia, poderiam, talvez, possivelmente, provavelmente, aparentemente, parece, cerca de,"
        "aproximadamente, quase, até, pelo menos, estima-se, estimado, estimada, supostamente, suspeita, não confirmado,"
        "preliminar, sugere, em torno de"
    ),
    opinion_markers=words(
        "acho que, eu acho, acredito que, eu acredito, penso que, na minha opinião, a meu ver, espero que, tomara,"
        "eu gosto, adoro, odeio, eu amo, eu quero, sinceramente, francamente, vergonhoso, vergonhosa, vergonha,"
        "lamentável, escandaloso, inaceitável, imperdoável, incompetente, incompetência, ridículo, absurdo, patético,"
        "deve renunciar, deveria renunciar, deveria, deveriam, devemos, temos que, é preciso, está na hora, traição,"
        "insulto, hipocrisia, arrogante, covarde, descaso, revoltante"
    ),
    evaluations=words(
        "bonito, maravilhoso, terrível, horrível, pior, melhor, infelizmente, felizmente, merece, merecem, negligente,"
        "decepcionante"
    ),
    first_person=words("eu, me, mim, meu, minha, meus, minhas, nós, nosso, nossa, nos"),
    question_words=words(
        "quem, o que, que, quando, onde, por que, por quê, como, qual, quais, quanto, quantos, é verdade que,"
        "você sabia, alguém sabe, será que"
    ),
    future_markers=words(
        "vai, vão, vamos, será, serão, haverá, terá, terão, poderá, poderão, fará, farão, chegará, chegarão,"
        "espera-se que, prevê, preveem, amanhã, na próxima semana, semana que vem, no próximo mês, no próximo ano,"
        "ano que vem, em breve, subirá, cairá, ganhará, perderá, atingirá, nos próximos dias"
    ),
    wishes=words(
        "por favor, oremos, vamos orar, rezemos, deus abençoe, que deus, obrigado, obrigada, parabéns, feliz, bom dia,"
        "boa noite, boa tarde, inscreva-se, siga-nos, compartilhe, clique, leia mais, descanse em paz, força, cuidem-se,"
        "junte-se"
    ),
    denial_words=words(
        "falso, falsa, falsos, falsas, fake, boato, boatos, mentira, farsa, não é verdade, é mentira, não há provas,"
        "não há evidências, sem provas, sem evidências, desmente, desmentem, desmentiu, desmentido, nega, negam, negou,"
        "negaram, rejeita, refuta, enganoso, enganosa, desinformação, infundado, infundada, rumor, rumores, mito,"
        "incorreto, verificação, checagem, checadores, nunca aconteceu, não aconteceu, manipulado, manipulada,"
        "fora de contexto, inventado, teoria da conspiração, descarta, descartou, montagem"
    ),
    report_words=words(
        "afirma, afirmam, afirmou, garante, diz, dizem, disse, segundo, de acordo com, supostamente, suposto, suposta,"
        "alega, alegam, alegou, declarou, informou, publicação, viral, viralizou, circula, circulam, mensagens,"
        "um vídeo, compartilham, anunciou, alegadamente, relata"
    ),
    satire_markers=words("sátira, satírico, satírica, paródia, #sátira, #satira, #paródia, primeiro de abril"),
    cause_words=words(
        "porque, por causa de, por causa da, por causa do, causado por, causada por, causou, causa, causam, devido a,"
        "devido ao, devido à, provocou, provocado por, provoca, em consequência de, por culpa de, resultado de,"
        "graças a, levou a, desencadeou, após, pois"
    ),
    abbreviations=words(
        "sr, sra, srta, dr, dra, d, prof, profa, eng, av, r, etc, ex, p.ex, aprox, nº, n, pág, art, vol, gen, cel, máx,"
        "mín, jan, fev, mar, abr, mai, jun, jul, ago, set, out, nov, dez, s.a, ltda, e.u.a, cia"
    ),
    number_words=numbers(
        "zero=0, um=1, uma=1, dois=2, duas=2, três=3, quatro=4, cinco=5, seis=6, sete=7, oito=8, nove=9, dez=10,"
        "onze=11, doze=12, treze=13, catorze=14, quatorze=14, quinze=15, dezesseis=16, dezasseis=16, dezessete=17,"
        "dezoito=18, dezenove=19, vinte=20, trinta=30, quarenta=40, cinquenta=50, sessenta=60, setenta=70, oitenta=80,"
        "noventa=90, dezena=10, dezenas=10, dúzia=12, cem=100, cento=100, centenas=100, duzentos=200, trezentos=300,"
        "quatrocentos=400, quinhentos=500, seiscentos=600, setecentos=700, oitocentos=800, novecentos=900, mil=1000,"
        "milhares=1000, milhão=1000000, milhões=1000000, bilhão=1000000000, bilhões=1000000000, meio=0.5, metade=0.5"
    ),
    months=names(
        "janeiro/jan, fevereiro/fev, março/mar, abril/abr, maio/mai, junho/jun, julho/jul, agosto/ago, setembro/set,"
        "outubro/out, novembro/nov, dezembro/dez"
    ),
    weekdays=names(
        "segunda-feira/segunda, terça-feira/terça, quarta-feira/quarta, quinta-feira/quinta, sexta-feira/sexta, sábado,domingo"
    ),
    decimal=",",
    thousands=".",
)
