"""Polish."""

from nlp.languages._form import Language, names, numbers, words

LANGUAGE = Language(
    code="pl",
    name="Polish",
    stop_words=words(
        "a, aby, ale, bo, być, by, był, była, było, były, co, czy, dla, do, gdy, gdzie, go, i, ich, im, ja, jak, jako,"
        "je, jego, jej, jest, jeszcze, już, kiedy, kto, która, które, który, ma, mają, mnie, może, na, nad, nas, nie,"
        "nim, o, od, on, ona, one, oni, oraz, po, pod, przed, przez, przy, są, się, sobie, ta, tak, także, tam, te,"
        "tego, tej, ten, to, tu, ty, tylko, tym, w, we, więc, wszystko, z, za, ze, że, żeby"
    ),
    negations=words("nie, nigdy, nikt, nic, żaden, żadna, żadne, bez, ani, nigdzie, już nie"),
    hedges=words(
        "może, mogą, mógłby, mogłaby, być może, możliwe, prawdopodobnie, chyba, podobno, wydaje się, około, ok, prawie,"
        "niemal, co najmniej, do, szacuje się, szacowany, przypuszczalnie, niepotwierdzone, wstępne, sugeruje"
    ),
    opinion_markers=words(
        "myślę, uważam, sądzę, moim zdaniem, według mnie, mam nadzieję, obawiam się, wątpię, kocham, nienawidzę, lubię,"
        "chcę, szczerze mówiąc, uważamy, wstyd, hańba, skandal, skandaliczne, skandaliczny, niedopuszczalne,"
        "niewybaczalne, niekompetentny, niekompetencja, śmieszne, absurd, absurdalne, żałosne, powinien ustąpić,"
        "powinien, powinna, powinni, musimy, trzeba, najwyższy czas, zdrada, obraza, hipokryzja, arogancja, arogancki,"
        "tchórzliwy"
    ),
    evaluations=words(
        "piękny, wspaniały, straszny, okropny, najgorszy, najgorsza, najlepszy, najlepsza, niestety, na szczęście,"
        "zasługuje, zasługują, rozczarowujące"
    ),
    first_person=words("ja, mnie, mi, mój, moja, moje, my, nas, nam, nasz, nasza, nasze"),
    question_words=words(
        "kto, co, kiedy, gdzie, dlaczego, czemu, jak, który, która, które, ile, czy to prawda, czy wiesz, czy ktoś wie,czy"
    ),
    future_markers=words(
        "będzie, będą, będziemy, zostanie, zostaną, nastąpi, wzrośnie, spadnie, wygra, przegra, oczekuje się,"
        "przewiduje się, przewiduje, prognozuje, jutro, w przyszłym tygodniu, w przyszłym miesiącu, w przyszłym roku,"
        "wkrótce, niedługo, w najbliższych dniach"
    ),
    wishes=words(
        "proszę, módlmy się, niech bóg, boże błogosław, dziękuję, dziękujemy, gratulacje, wszystkiego najlepszego,"
        "dzień dobry, dobry wieczór, dobranoc, subskrybuj, śledź nas, udostępnij, kliknij, czytaj więcej, czytaj też,"
        "spoczywaj w pokoju, trzymajcie się, dołącz"
    ),
    denial_words=words(
        "fałsz, fałszywy, fałszywa, fałszywe, fake, nieprawda, nieprawdziwy, nieprawdziwa, to nieprawda, brak dowodów,"
        "nie ma dowodów, bez dowodów, dementuje, dementi, zdementował, zdementowała, zdementowano, zaprzecza,"
        "zaprzeczył, zaprzeczyła, zaprzeczają, obala, obalono, wprowadza w błąd, wprowadzający w błąd, dezinformacja,"
        "zmyślony, zmyślone, bezpodstawne, bezpodstawny, plotka, plotki, mit, błędny, weryfikacja, nigdy nie,"
        "nie doszło, zmanipulowane, wyrwane z kontekstu, teoria spiskowa, odrzuca, wbrew"
    ),
    report_words=words(
        "twierdzi, twierdzą, twierdził, twierdziła, rzekomo, rzekomy, rzekoma, rzekome, mówi, mówią, powiedział,"
        "powiedziała, według, zdaniem, podał, podała, podaje, oświadczył, poinformował, poinformowała, informuje,"
        "ogłosił, ogłosiła, wpis, post, nagranie, krąży, krążą, udostępniany, podobno"
    ),
    satire_markers=words("satyra, satyryczny, satyryczna, parodia, #satyra, prima aprilis"),
    cause_words=words(
        "ponieważ, bo, gdyż, z powodu, przez, spowodowany, spowodowana, spowodowane, spowodował, spowodowała, powoduje,"
        "wskutek, na skutek, w wyniku, doprowadził do, doprowadziła do, prowadzi do, dzięki, wywołał, wywołała, po"
    ),
    abbreviations=words(
        "dr, prof, mgr, inż, św, ul, al, pl, nr, np, itd, itp, m.in, tj, tzn, tzw, ok, godz, min, max, str, art, ust,"
        "pkt, r, w, gen, płk, mln, mld, tys, zł, woj, pow, gm, im, ur, zm, sp, z.o.o, s.a, por, zob"
    ),
    number_words=numbers(
        "zero=0, jeden=1, jedna=1, jedno=1, dwa=2, dwie=2, dwóch=2, trzy=3, trzech=3, cztery=4, czterech=4, pięć=5,"
        "pięciu=5, sześć=6, siedem=7, osiem=8, dziewięć=9, dziesięć=10, jedenaście=11, dwanaście=12, trzynaście=13,"
        "czternaście=14, piętnaście=15, szesnaście=16, siedemnaście=17, osiemnaście=18, dziewiętnaście=19,"
        "dwadzieścia=20, trzydzieści=30, czterdzieści=40, pięćdziesiąt=50, sześćdziesiąt=60, siedemdziesiąt=70,"
        "osiemdziesiąt=80, dziewięćdziesiąt=90, tuzin=12, sto=100, stu=100, setki=100, dwieście=200, trzysta=300,"
        "czterysta=400, pięćset=500, sześćset=600, siedemset=700, osiemset=800, dziewięćset=900, tysiąc=1000,"
        "tysiące=1000, tysięcy=1000, milion=1000000, miliony=1000000, milionów=1000000, miliard=1000000000,"
        "miliardy=1000000000, miliardów=1000000000, pół=0.5, połowa=0.5"
    ),
    months=names(
        "styczeń/stycznia/sty, luty/lutego/lut, marzec/marca/mar, kwiecień/kwietnia/kwi, maj/maja, czerwiec/czerwca/cze,"
        "lipiec/lipca/lip, sierpień/sierpnia/sie, wrzesień/września/wrz, październik/października/paź,"
        "listopad/listopada/lis, grudzień/grudnia/gru"
    ),
    weekdays=names("poniedziałek, wtorek, środa/środę, czwartek, piątek, sobota/sobotę, niedziela/niedzielę"),
    decimal=",",
    thousands=" ",
)
