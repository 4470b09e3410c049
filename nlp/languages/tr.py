"""Turkish: a suffixing language, so the lists hold the commonest forms."""

from nlp.languages._form import Language, names, numbers, words

LANGUAGE = Language(
    code="tr",
    name="Turkish",
    stop_words=words(
        "acaba, ama, ancak, artık, aslında, bana, bazı, belki, ben, bile, bir, biri, birkaç, biz, bu, bunu, çok, çünkü,"
        "da, daha, de, değil, diye, en, gibi, hem, hep, her, hiç, için, ile, ise, kadar, ki, kim, mi, mı, mu, mü, nasıl,"
        "ne, neden, o, olan, olarak, oldu, olduğu, olduğunu, onlar, onu, onun, sen, siz, sonra, şey, şu, tüm, var, ve,"
        "veya, ya, yani, yok"
    ),
    negations=words(
        "değil, yok, hiç, asla, hiçbir, olmadan, olmadı, olmadığı, olmadığını, etmedi, yapmadı, yapılmadı, kimse, ne de,"
        "bulunmuyor, olmayan, değildir"
    ),
    hedges=words(
        "belki, olabilir, muhtemelen, galiba, sanki, görünüyor, yaklaşık, neredeyse, en az, civarında, tahminen,"
        "tahmini, iddia edilen, doğrulanmamış, ön, gibi görünüyor, kadar, söylenebilir"
    ),
    opinion_markers=words(
        "bence, bana göre, sanırım, düşünüyorum, inanıyorum, umarım, korkarım, kanımca, fikrimce, kanaatimce, seviyorum,"
        "nefret ediyorum, istiyorum, açıkçası, dürüst olmak gerekirse, utanç verici, utanç, rezalet, skandal,"
        "kabul edilemez, affedilemez, beceriksiz, beceriksizlik, gülünç, saçma, acınası, istifa etmeli, etmelidir,"
        "yapmalı, gerekir, olmalı, zorundayız, zamanı geldi, ihanet, hakaret, ikiyüzlülük, kibirli, korkak,"
        "yazıklar olsun"
    ),
    evaluations=words("güzel, harika, korkunç, berbat, en kötü, en iyi, maalesef, ne yazık ki, neyse ki, hak ediyor, ihmalkar"),
    first_person=words("ben, beni, bana, benim, biz, bizi, bize, bizim"),
    question_words=words(
        "kim, ne, ne zaman, nerede, neden, niçin, niye, nasıl, hangi, kaç, doğru mu, biliyor muydunuz, bilen var mı, mı,"
        "mi, mu, mü"
    ),
    future_markers=words(
        "olacak, olacaktır, edecek, edecektir, yapacak, gelecek, gelecektir, artacak, düşecek, kazanacak, kaybedecek,"
        "bekleniyor, beklenmektedir, tahmin ediliyor, öngörülüyor, öngörüyor, yarın, gelecek hafta, gelecek ay,"
        "gelecek yıl, önümüzdeki günlerde, önümüzdeki yıl, yakında, batacak, çökecek"
    ),
    wishes=words(
        "lütfen, dua edelim, dua edin, allah rahmet eylesin, allah korusun, allahım, inşallah, teşekkürler,"
        "teşekkür ederim, tebrikler, kutlu olsun, günaydın, iyi geceler, iyi akşamlar, abone olun, takip edin, paylaşın,"
        "tıklayın, devamını oku, geçmiş olsun, haydi"
    ),
    denial_words=words(
        "yanlış, sahte, yalan, asılsız, doğru değil, doğru değildir, gerçek değil, gerçek dışı, kanıt yok,"
        "kanıt bulunmuyor, delil yok, yalanladı, yalanlıyor, yalanlandı, yalanlama, reddetti, reddediyor, çürüttü,"
        "yanıltıcı, dezenformasyon, uydurma, temelsiz, söylenti, söylentiler, efsane, hatalı, teyit, doğrulama,"
        "hiç olmadı, gerçekleşmedi, montaj, manipüle, bağlamından koparılmış, komplo teorisi, aksine"
    ),
    report_words=words(
        "iddia, iddia etti, iddia ediyor, iddiası, iddiaları, iddia edildi, sözde, söyledi, söylüyor, göre, belirtti,"
        "açıkladı, bildirdi, duyurdu, öne sürdü, öne sürüyor, paylaşım, paylaşımlar, viral, dolaşıyor, yayılan,"
        "mesajlar, bir video, aktardı, dedi"
    ),
    satire_markers=words("hiciv, mizah haberi, parodi, satirik, #hiciv, #parodi, 1 nisan şakası"),
    cause_words=words(
        "çünkü, nedeniyle, yüzünden, sebebiyle, dolayı, neden oldu, yol açtı, sebep oldu, sonucunda, sonucu, sayesinde,"
        "kaynaklanan, kaynaklandı, tetikledi, sonra, dolayısıyla"
    ),
    abbreviations=words(
        "dr, prof, doç, av, sn, vb, vs, vd, örn, bkz, no, nr, s, cad, sok, mah, apt, st, mad, yy, yrd, müh, gen, alb,"
        "yzb, ltd, şti, a.ş, t.c, m.ö, m.s, min, maks, ort, tel"
    ),
    number_words=numbers(
        "sıfır=0, bir=1, iki=2, üç=3, dört=4, beş=5, altı=6, yedi=7, sekiz=8, dokuz=9, on=10, yirmi=20, otuz=30,"
        "kırk=40, elli=50, altmış=60, yetmiş=70, seksen=80, doksan=90, düzine=12, yüz=100, yüzlerce=100, bin=1000,"
        "binlerce=1000, milyon=1000000, milyonlarca=1000000, milyar=1000000000, trilyon=1000000000000, yarım=0.5,"
        "yarısı=0.5, buçuk=0.5"
    ),
    months=names(
        "ocak/oca, şubat/şub, mart/mar, nisan/nis, mayıs/may, haziran/haz, temmuz/tem, ağustos/ağu, eylül/eyl, ekim/eki,"
        "kasım/kas, aralık/ara"
    ),
    weekdays=names("pazartesi, salı, çarşamba, perşembe, cuma, cumartesi, pazar"),
    decimal=",",
    thousands=".",
)
