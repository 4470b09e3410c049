"""French."""

from nlp.languages._form import Language, names, numbers, words

LANGUAGE = Language(
    code="fr",
    name="French",
    stop_words=words(
        "à, au, aux, avec, avant, après, c, ce, ces, cet, cette, comme, contre, d, dans, de, des, depuis, du, elle,"
        "elles, en, entre, est, et, était, été, être, eu, il, ils, j, je, l, la, le, les, leur, leurs, lors, lui, m, ma,"
        "mais, me, même, mes, mon, n, ne, nos, notre, nous, on, ont, ou, où, par, pas, plus, pour, qu, que, qui, s, sa,"
        "sans, se, selon, ses, si, son, sont, sous, sur, t, ta, te, tous, tout, toute, très, tu, un, une, vers, vos,"
        "votre, vous, y, a"
    ),
    negations=words(
        "ne, n', pas, jamais, aucun, aucune, personne, rien, ni, sans, non, nulle part, plus aucun, plus aucune,ne plus, guère"
    ),
    hedges=words(
        "peut-être, pourrait, pourraient, peut, peuvent, probablement, possiblement, apparemment, semble, semblent,"
        "sans doute, environ, près de, autour de, à peu près, quelque, jusqu'à, au moins, estimé, estimée, on estime,"
        "soupçonné, suspecté, non confirmé, provisoire, suggère, presque, vraisemblablement, serait, seraient, aurait,"
        "auraient"
    ),
    opinion_markers=words(
        "quelle honte, une honte, est une insulte, je pense que, je crois que, d'après moi, se cache derrière, se"
        "cachent derrière, plus honnête, une farce, une mascarade, intolérable, quel scandale, incapables,"
        "menteurs, est un désastre, comme des enfants, comme du bétail, ça suffit, ras-le-bol,"
        "je pense, je crois, je trouve, je suppose, j'espère, je crains, je doute, j'aime, j'adore, je déteste, je veux,"
        "à mon avis, selon moi, il me semble, à mes yeux, nous pensons, nous croyons, franchement, honnêtement, honteux,"
        "honteuse, honte, scandaleux, scandaleuse, inacceptable, impardonnable, indigne, lamentable, pathétique,"
        "ridicule, absurde, incompétent, incompétence, incompétents, méritons, doit démissionner, devrait, devraient,"
        "devrions, il faut, nous devons, il est temps de, une trahison, une insulte, hélas, hypocrisie, décevant,"
        "arrogant, arrogance, lâche, trop tard, je voudrais, je ne pense pas, je ne crois pas, on devrait"
    ),
    evaluations=words(
        "magnifique, merveilleux, terrible, pire, meilleur, malheureusement, heureusement, négligent, mérite, méritent"
    ),
    first_person=words("je, j', moi, mon, ma, mes, nous, notre, nos"),
    question_words=words(
        "qui, quoi, quand, où, pourquoi, comment, quel, quelle, quels, quelles, combien, est-ce que, est-ce, est-il,"
        "sait-on, saviez-vous, y a-t-il, faut-il, peut-on"
    ),
    future_markers=words(
        "va, vont, allons, sera, seront, aura, auront, fera, feront, pourra, pourront, devra, devront, on s'attend à,"
        "prévoit, prévoient, demain, la semaine prochaine, le mois prochain, l'année prochaine, l'an prochain,"
        "prochainement, atteindra, dépassera, gagnera, perdra, tombera, montera, viendra, dans les prochains jours, ira,"
        "iront, risque de, risquent de, craignent que, craint que"
    ),
    future_forms=r"(?<!\w)\w{2,}(?:era|eront|iront|[dtvr]ront|dra)(?!\w)",
    conditionals=words(
        "imagine, si, s'il, s'ils, supposons, imaginons, imaginez, à supposer, au cas où, même si, comme si, quand bien même"
    ),
    wishes=words(
        "pourvu, pourvu que, puisse, puissent, plaise, plût, à dieu ne plaise, dieu veuille, que jamais, espérons, je prie,"
        "s'il vous plaît, svp, prions, prions pour, que dieu, merci, félicitations, bonjour, bonsoir, bonne nuit,"
        "joyeux, abonnez-vous, suivez-nous, partagez, cliquez, lire la suite, lire aussi, repose en paix, courage à,"
        "bon courage, prenez soin, rejoignez-nous, inscrivez-vous"
    ),
    denial_words=words(
        "faux, fausse, fausses, fausse information, infox, canular, intox, mensonge, pas vrai, n'est pas vrai,"
        "aucune preuve, pas de preuve, sans preuve, dément, démentent, a démenti, démenti, démentie, nie, nient, a nié,"
        "réfute, réfutent, rejette, trompeur, trompeuse, désinformation, infondé, infondée, rumeur, rumeurs, mythe,"
        "erroné, erronée, inexact, vérification, vérificateurs, n'a jamais eu lieu, n'a pas eu lieu, truqué, truquée,"
        "hors contexte, hors de son contexte, sans fondement, inventé, inventée, théorie du complot, écarte,"
        "contrairement à, à tort, manipulée, détournée, contredit"
    ),
    report_words=words(
        "affirme, affirment, a affirmé, assure, assurent, prétend, prétendent, dit, disent, a déclaré, déclare, selon,"
        "d'après, prétendu, prétendue, prétendument, supposé, supposée, présumé, présumée, allègue, soutient,"
        "soutiennent, rapporte, a indiqué, indique, a annoncé, annonce, publication, virale, viral, circule, circulent,"
        "messages, une vidéo, partagé"
    ),
    satire_markers=words("satire, humour, satirique, parodie, #satire, #parodie, #humour"),
    cause_words=words(
        "parce que, parce qu', causé par, causée par, causées par, causés par, a causé, cause, à cause de, à cause du,"
        "en raison de, dû à, due à, due au, dû au, provoqué, provoquée par, provoqué par, a provoqué, provoque,"
        "entraîne, a entraîné, à la suite de, résulte de, résultat de, grâce à, suite à, à l'origine de, car, puisque,"
        "déclenché, après"
    ),
    abbreviations=words(
        "m, mm, mme, mmes, mlle, dr, pr, me, st, ste, etc, env, p.ex, ex, cf, art, av, bd, n°, no, p, pp, vol, éd, janv,"
        "févr, avr, juil, sept, oct, nov, déc, gén, col, max, min, o.n.u, s.a, j.-c, approx"
    ),
    number_words=numbers(
        "zéro=0, un=1, une=1, deux=2, trois=3, quatre=4, cinq=5, six=6, sept=7, huit=8, neuf=9, dix=10, onze=11,"
        "douze=12, treize=13, quatorze=14, quinze=15, seize=16, vingt=20, vingts=20, trente=30, quarante=40,"
        "cinquante=50, soixante=60, septante=70, huitante=80, nonante=90, dizaine=10, douzaine=12, quinzaine=15,"
        "vingtaine=20, cinquantaine=50, centaine=100, centaines=100, cent=100, cents=100, mille=1000, millier=1000,"
        "milliers=1000, million=1000000, millions=1000000, milliard=1000000000, milliards=1000000000, demi=0.5,"
        "moitié=0.5"
    ),
    months=names(
        "janvier/janv, février/févr/fév, mars, avril/avr, mai, juin, juillet/juil, août/aout, septembre/sept,"
        "octobre/oct, novembre/nov, décembre/déc"
    ),
    weekdays=names("lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche"),
    decimal=",",
    thousands=" ",
)
