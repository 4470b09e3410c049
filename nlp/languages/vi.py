"""Vietnamese: words of one syllable are often parts of longer ones, so the lists prefer whole phrases."""

from nlp.languages._form import Language, names, numbers, words

LANGUAGE = Language(
    code="vi",
    name="Vietnamese",
    stop_words=words(
        "và, của, là, có, được, cho, trong, với, các, những, một, này, đó, khi, đã, đang, sẽ, thì, mà, ở, ra, từ, đến,"
        "tại, về, theo, như, cũng, nhưng, vì, do, bị, bởi, trên, dưới, sau, trước, hay, hoặc, nếu, rằng, vào, lại, còn,"
        "nên, chỉ, rất, đều, nhiều, người, ông, bà, anh, chị, tôi, họ, ta, chúng, mình, cái, con, việc, gì, nào, ai,"
        "lên, xuống, qua, để"
    ),
    negations=words(
        "không, chẳng, chưa, chả, không phải, không hề, không có, chưa từng, chưa bao giờ, không ai, không còn, đừng, vô"
    ),
    hedges=words(
        "có thể, có lẽ, hình như, dường như, có khả năng, khả năng, khoảng, chừng, gần, ước tính, ước chừng, tối đa,"
        "ít nhất, nghi, nghi ngờ, chưa xác nhận, sơ bộ, được cho là, hơn, xấp xỉ, cho thấy"
    ),
    opinion_markers=words(
        "tôi tin rằng, sỉ nhục, nỗi nhục, đáng hổ thẹn, hổ thẹn, nên bị, núp sau, nấp sau, coi thường, như trẻ"
        "con, không ai đáng, kiêu ngạo, trò hề, trung thực hơn, vô dụng, hèn nhát, quá đáng,"
        "tôi nghĩ, tôi cho rằng, tôi tin, tôi thấy, tôi hy vọng, tôi mong, tôi sợ, tôi yêu, tôi ghét, tôi thích,"
        "tôi muốn, theo tôi, theo ý tôi, theo quan điểm của tôi, theo mình, mình nghĩ, em nghĩ, chúng tôi tin,"
        "chúng ta phải, thật đáng xấu hổ, xấu hổ, đáng xấu hổ, nhục nhã, thật tệ, tồi tệ, kém cỏi, vô trách nhiệm,"
        "vô cảm, không thể chấp nhận, không thể tha thứ, nực cười, vô lý, xứng đáng, phải từ chức, nên từ chức,"
        "cần phải, đã đến lúc, phản bội, đạo đức giả, thất vọng, quá chậm, quá muộn, bất tài, tắc trách, đáng trách,"
        "đáng lẽ, lẽ ra, tôi không nghĩ, tôi không tin, đừng bắt"
    ),
    evaluations=words("đẹp, kinh khủng, tệ nhất, tốt nhất, đáng tiếc, tiếc là, may mắn thay, nên, tuyệt vời"),
    first_person=words("tôi, mình, chúng tôi, chúng ta, em, tớ"),
    question_words=words(
        "ai, cái gì, khi nào, bao giờ, ở đâu, tại sao, vì sao, thế nào, như thế nào, nào, bao nhiêu, có phải,"
        "phải không, có đúng, đúng không, có biết, à, hả, liệu"
    ),
    future_markers=words(
        "sẽ, sắp, dự kiến, dự báo, dự đoán, ngày mai, tuần tới, tháng tới, năm tới, sang năm, trong những ngày tới,"
        "dự định, hy vọng, có thể phải, tháng sau, tuần sau, năm sau, mùa sau"
    ),
    conditionals=words("nếu, giả sử, giả như, giá như, ví như, ví thử, thử tưởng tượng, tưởng tượng, lỡ như, nhỡ"),
    wishes=words(
        "cầu trời, lạy trời, lạy chúa, cầu chúa, ước gì, giá mà, mong sao, hy vọng, trời ơi, xin trời, xin đừng,"
        "làm ơn, xin hãy, hãy, cầu nguyện, cầu mong, cầu chúc, chúc mừng, chúc, cảm ơn, cám ơn, xin chào,"
        "chào buổi sáng, mong mọi người, đăng ký, theo dõi chúng tôi, chia sẻ bài, nhấn vào, xem thêm, đọc thêm,"
        "yên nghỉ, cố lên, mong rằng, xin vui lòng"
    ),
    denial_words=words(
        "sai, sai sự thật, không đúng, không đúng sự thật, giả, tin giả, tin đồn, đồn thổi, đồn đoán, bịa đặt, bịa,"
        "không có bằng chứng, không có chứng cứ, thiếu căn cứ, vô căn cứ, không có căn cứ, không có cơ sở, bác bỏ,"
        "phủ nhận, đính chính, gây hiểu lầm, hiểu lầm, thông tin sai lệch, sai lệch, xuyên tạc, lừa đảo, kiểm chứng,"
        "không hề có, không xảy ra, chưa từng xảy ra, cắt ghép, chỉnh sửa, ngoài ngữ cảnh, thuyết âm mưu, trái với,"
        "không chính xác, thất thiệt"
    ),
    report_words=words(
        "cho rằng, nói rằng, tuyên bố, khẳng định, cho biết, nói, được cho là, cáo buộc, theo, tin rằng, lan truyền,"
        "bài đăng, bài viết, tin nhắn, đoạn video, chia sẻ, đồn rằng, tự xưng, cái gọi là, thông báo, công bố, loan tin"
    ),
    satire_markers=words("châm biếm, hài hước, #hàihước, trào phúng, giễu nhại, #châmbiếm, #trào_phúng, #satire, hư cấu"),
    cause_words=words(
        "vì, do, bởi vì, bởi, gây ra, gây, dẫn đến, dẫn tới, khiến, làm cho, là do, nguyên nhân, hậu quả của, nhờ,"
        "tại vì, xuất phát từ, bắt nguồn từ"
    ),
    abbreviations=words(
        "tp, ts, ths, gs, pgs, bs, th.s, p, q, tx, tt, ubnd, st, v.v, vd, tr, kts, ks, ls, nxb, sđt, đ/c, thpt"
    ),
    number_words=numbers(
        "không=0, một=1, hai=2, ba=3, bốn=4, tư=4, năm=5, lăm=5, sáu=6, bảy=7, bẩy=7, tám=8, chín=9, mười=10, mươi=10,"
        "chục=10, tá=12, trăm=100, nghìn=1000, ngàn=1000, vạn=10000, triệu=1000000, tỷ=1000000000, tỉ=1000000000,"
        "nửa=0.5, rưỡi=0.5"
    ),
    months=names(
        "tháng 1/tháng một/tháng giêng, tháng 2/tháng hai, tháng 3/tháng ba, tháng 4/tháng tư, tháng 5/tháng năm,"
        "tháng 6/tháng sáu, tháng 7/tháng bảy, tháng 8/tháng tám, tháng 9/tháng chín, tháng 10/tháng mười,"
        "tháng 11/tháng mười một, tháng 12/tháng mười hai/tháng chạp"
    ),
    weekdays=names("thứ hai/thứ 2, thứ ba/thứ 3, thứ tư/thứ 4, thứ năm/thứ 5, thứ sáu/thứ 6, thứ bảy/thứ 7, chủ nhật"),
    decimal=",",
    thousands=".",
)
