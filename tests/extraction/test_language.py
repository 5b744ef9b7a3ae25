"""The language of a text, by its letters and words; what the page states counts where these do not tell."""

import pytest

from crawler.extraction.language import language_of

TEXTS = {
    "en": "The bridge was opened on Monday by the mayor, and some four hundred people have come to see it with her.",
    "de": "Die Brücke ist am Montag von der Bürgermeisterin eröffnet worden, und es waren viele Menschen mit ihr dort.",
    "pl": "Most został otwarty w poniedziałek przez panią burmistrz, która przeszła po nim ze swoją córką na brzeg.",
    "ru": "В Москве воздух прогреется до плюс 3 градусов. Были выше ноля и дни, когда пройдет небольшой мокрый снег.",
    "uk": "Міст відкрили у понеділок, і його перейшли разом із мером чотириста людей, які прийшли на церемонію.",
    "bg": "Мостът беше открит в понеделник от кмета, който премина по него заедно с дъщеря си и с много хора.",
    "sr": "Мост је отворен у понедељак, а градоначелница га је прешла са својом ћерком и са људима који су дошли.",
    "el": "Η γέφυρα άνοιξε τη Δευτέρα και η δήμαρχος τη διέσχισε μαζί με την κόρη της.",
    "ja": "新しい橋は月曜日に市長によって開通し、約四百人が式典に参加した。",
    "zh": "新桥星期一由市长剪彩通车，约四百人冒雨参加了仪式。",
    "ko": "새 다리가 월요일에 시장의 참석으로 개통되었고 약 사백 명이 행사에 참석했다.",
    "fa": "پل جدید روز دوشنبه با حضور شهردار افتتاح شد و حدود چهارصد نفر در مراسم شرکت کردند.",
    "tr": "Köprü pazartesi günü belediye başkanı tarafından açıldı ve yağmura rağmen dört yüz kişi geldi.",
    "zu": "Abantu abaningi bafikile kanye nomeya futhi bathe lokhu kuhle kodwa uma lina ngeke babuye ngoba kubanda.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_tells_its_language_against_what_the_page_states(language):
    assert language_of(TEXTS[language], "en" if language != "en" else "ru") == language


@pytest.mark.parametrize(
    ("text", "stated", "language"),
    [
        ("Most je otvoren u ponedjeljak i na njemu je bilo oko stotinu ljudi, a kiša je padala.", "sr-Latn", "sr"),
        ("Most je otvoren u ponedjeljak i na njemu je bilo oko stotinu ljudi, a kiša je padala.", "hr", "hr"),
        ("Broen ble åpnet på mandag, og det var fire hundre som kom til den.", "nb-NO", "no"),
        ("Lamin huma ġodda u l-pont infetaħ it-Tnejn quddiem ħafna nies.", "mt", "mt"),
        ("Bridge 1931", "cy", "cy"),
        ("", "", None),
    ],
)
def test_what_the_page_states_counts_where_the_text_does_not_tell(text, stated, language):
    assert language_of(text, stated) == language
