"""Indonesian."""

from nlp.languages._form import Language, names, numbers, words

LANGUAGE = Language(
    code="id",
    name="Indonesian",
    stop_words=words(
        "ada, adalah, agar, akan, aku, anda, apa, atas, atau, bagi, bahwa, banyak, beberapa, belum, bisa, bukan, dalam,"
        "dan, dapat, dari, dengan, di, dia, dua, hanya, hari, harus, ia, ini, itu, jika, juga, kami, kamu, karena, ke,"
        "kepada, kita, lagi, lain, lebih, maka, masih, mereka, namun, oleh, pada, para, pernah, saat, saja, sama,"
        "sampai, sangat, saya, sebagai, sebuah, secara, sedang, sejak, seorang, seperti, serta, setelah, sudah, tapi,"
        "telah, tetapi, tersebut, tidak, untuk, yang"
    ),
    negations=words("tidak, bukan, belum, tak, tanpa, tiada, jangan, tidak pernah, tidak ada, bukanlah"),
    hedges=words(
        "mungkin, bisa, dapat, barangkali, kemungkinan, tampaknya, sepertinya, diduga, sekitar, kira-kira, hampir,"
        "setidaknya, paling sedikit, hingga, diperkirakan, perkiraan, belum dikonfirmasi, sementara, menunjukkan,"
        "kurang lebih"
    ),
    opinion_markers=words(
        "saya pikir, saya rasa, saya kira, saya percaya, saya yakin, menurut saya, menurutku, menurut pendapat saya,"
        "menurut kami, saya harap, semoga, saya takut, saya ragu, saya suka, saya cinta, saya benci, saya ingin,"
        "sejujurnya, terus terang, memalukan, keterlaluan, tidak dapat diterima, tak bisa dimaafkan, tidak becus,"
        "konyol, absurd, menyedihkan, harus mundur, seharusnya, sebaiknya, kita harus, sudah waktunya, sudah saatnya,"
        "pengkhianatan, penghinaan, munafik, kemunafikan, arogan, pengecut"
    ),
    evaluations=words(
        "indah, luar biasa, mengerikan, buruk sekali, terburuk, terbaik, sayangnya, untungnya, pantas, layak, lalai,"
        "mengecewakan"
    ),
    first_person=words("saya, aku, kami, kita, ku, gue"),
    question_words=words(
        "siapa, apa, kapan, di mana, dimana, mengapa, kenapa, bagaimana, yang mana, berapa, apakah, benarkah,"
        "tahukah anda, apakah benar, adakah"
    ),
    future_markers=words(
        "akan, bakal, diperkirakan akan, diprediksi, memprediksi, meramalkan, besok, minggu depan, pekan depan,"
        "bulan depan, tahun depan, segera, dalam waktu dekat, dalam beberapa hari ke depan, mendatang"
    ),
    wishes=words(
        "tolong, mohon, mari, ayo, marilah kita, doakan, ya allah, semoga tuhan, terima kasih, selamat, selamat pagi,"
        "selamat malam, selamat ulang tahun, berlangganan, ikuti kami, bagikan, klik, baca juga, baca selengkapnya,"
        "turut berduka, yuk"
    ),
    denial_words=words(
        "salah, palsu, hoaks, hoax, bohong, tidak benar, keliru, tidak ada bukti, tanpa bukti, tak ada bukti, membantah,"
        "dibantah, bantah, bantahan, menyangkal, menepis, menyesatkan, disinformasi, misinformasi, tidak berdasar,"
        "rumor, desas-desus, isu, mitos, cek fakta, pemeriksa fakta, tidak pernah terjadi, tidak terjadi, rekayasa,"
        "direkayasa, di luar konteks, rekaan, dibuat-buat, teori konspirasi, bertentangan dengan, fitnah"
    ),
    report_words=words(
        "mengklaim, klaim, diklaim, menyebut, menyatakan, mengatakan, kata, ujar, menurut, konon, diduga, kabarnya,"
        "dikabarkan, melaporkan, dilaporkan, mengumumkan, mengaku, narasi, unggahan, viral, beredar, pesan,"
        "sebuah video, dibagikan, tuduhan, menuduh, jelas"
    ),
    satire_markers=words("satire, satir, parodi, sindiran, #satire, #satir, april mop"),
    cause_words=words(
        "karena, sebab, akibat, disebabkan, disebabkan oleh, menyebabkan, mengakibatkan, gara-gara, berkat, akibatnya,"
        "dipicu, memicu, lantaran, sehingga, menimbulkan, setelah, hasil dari"
    ),
    abbreviations=words(
        "dr, prof, ir, drs, sdr, bpk, tn, ny, jl, jln, no, hlm, hal, dll, dsb, dst, tsb, yth, a.n, d.a, kol, jend, kapt,"
        "tel, maks, min, kec, kab, kel, prov, pt, tbk, s.h, m.si, ph.d"
    ),
    number_words=numbers(
        "nol=0, satu=1, dua=2, tiga=3, empat=4, lima=5, enam=6, tujuh=7, delapan=8, sembilan=9, sepuluh=10, sebelas=11,"
        "belas=10, puluh=10, puluhan=10, lusin=12, seratus=100, ratus=100, ratusan=100, seribu=1000, ribu=1000,"
        "ribuan=1000, sejuta=1000000, juta=1000000, jutaan=1000000, miliar=1000000000, triliun=1000000000000,"
        "setengah=0.5, separuh=0.5"
    ),
    months=names(
        "januari/jan, februari/feb, maret/mar, april/apr, mei, juni/jun, juli/jul, agustus/agu, september/sep,"
        "oktober/okt, november/nov, desember/des"
    ),
    weekdays=names("senin, selasa, rabu, kamis, jumat/jum'at, sabtu, minggu/ahad"),
    decimal=",",
    thousands=".",
)
