"""Titles and paragraphs for the sample sites, put together by number: the same number gives the same text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

ENGLISH = {
    "who": "the council|a harbour pilot|the school board|two engineers|the bakers of Mill Lane|a retired teacher".split(
        "|"
    ),
    "did": "has agreed to repair|wants to close|opened|will sell|argued about|found a crack in".split("|"),
    "what": "the old lock gate|the ferry landing|a footbridge|the reading room|the clock tower|the night market".split(
        "|"
    ),
    "more": (
        "The decision came after a meeting that lasted until midnight, and not all who were there had stayed awake."
        "|Nobody could say what the work would cost, although three offers have been on the table since the spring."
        "|“We have waited for this since the flood,” said a neighbour, who had brought her own chair to the meeting."
        "|The figures, which this paper has seen, show that the number of visitors has doubled within four years."
        "|According to the engineer the wall was built in 1911 and has never been looked at from below since then."
        "|A second report is due in the autumn; until then the gate stays shut and the buses take the longer road."
    ).split("|"),
}
ARABIC = {
    "who": "مجلس المدينة|مدير الميناء|وزارة التعليم|اتحاد الصيادين|رئيس البلدية|لجنة السوق".split("|"),
    "did": "يوافق على إصلاح|يرفض إغلاق|يفتتح|يبيع|يناقش مستقبل|يزور".split("|"),
    "what": "الجسر القديم|محطة القطار|السوق الليلي|المكتبة العامة|برج الساعة|الحديقة الكبيرة".split("|"),
    "more": (
        "وقال المتحدث باسم المجلس إن القرار جاء بعد اجتماع طويل استمر حتى منتصف الليل في مبنى البلدية القديم."
        "|ولم يتمكن أحد من تحديد تكلفة الأعمال رغم أن ثلاثة عروض كانت على الطاولة منذ فصل الربيع الماضي."
        "|وأضاف أن عدد الزوار قد تضاعف خلال أربع سنوات، وهو ما أكدته الأرقام التي اطلعت عليها الصحيفة."
        "|وكان المهندس قد ذكر أن الجدار بني في بداية القرن الماضي ولم يتم فحصه من الأسفل منذ ذلك الحين."
        "|ومن المقرر أن يصدر تقرير ثان في الخريف، وحتى ذلك الوقت تبقى البوابة مغلقة أمام المارة والسيارات."
    ).split("|"),
}
CHINESE = {
    "who": "市议会|港务局长|教育委员会|两名工程师|老城区居民|退休教师".split("|"),
    "did": "同意修复|计划关闭|宣布开放|决定出售|讨论重建|参观了".split("|"),
    "what": "旧水闸|轮渡码头|人行天桥|公共阅览室|钟楼|夜市".split("|"),
    "more": (
        "这一决定是在一次持续到午夜的会议之后作出的，与会者中有不少人表示需要更多的时间来研究具体的方案。"
        "|没有人能说清楚工程需要多少费用，尽管自春天以来桌上已经摆着三份不同的报价，金额相差很大。"
        "|据本报看到的数据，四年来到访的游客人数翻了一番，附近的商店和饭馆也因此增加了不少收入。"
        "|工程师说，这堵墙建于上世纪初，从那以后再也没有人从下面检查过，因此必须先进行安全评估。"
        "|第二份报告将在秋天公布，在此之前闸门将继续关闭，公共汽车也将绕行较远的道路。"
    ).split("|"),
}
RUSSIAN = {
    "who": "городской совет|начальник порта|школьный комитет|двое инженеров|пекари с улицы Мельничной|учитель".split(
        "|"
    ),
    "did": "согласился починить|хочет закрыть|открыл|продаст|обсудил|обследовал".split("|"),
    "what": "старый шлюз|паромную пристань|пешеходный мост|читальный зал|часовую башню|ночной рынок".split("|"),
    "more": (
        "Решение было принято после заседания, которое продолжалось до полуночи, и не все участники дождались конца."
        "|Никто не смог сказать, сколько будут стоить работы, хотя три предложения лежат на столе с самой весны."
        "|По словам инженера, стена была построена в 1911 году, и с тех пор её никто не осматривал снизу."
        "|Цифры, с которыми ознакомилась газета, показывают, что число посетителей за четыре года удвоилось."
        "|Второй доклад ожидается осенью; до тех пор шлюз остаётся закрытым, а автобусы пойдут в объезд."
    ).split("|"),
}
GREEK = {
    "who": "το δημοτικό συμβούλιο|ο λιμενάρχης|η σχολική επιτροπή|δύο μηχανικοί|οι φούρναροι|ένας δάσκαλος".split("|"),
    "did": "αποφάσισε να επισκευάσει|θέλει να κλείσει|άνοιξε|θα πουλήσει|συζήτησε για|εξέτασε".split("|"),
    "what": "την παλιά γέφυρα|την προβλήτα|την πεζογέφυρα|το αναγνωστήριο|τον πύργο|τη νυχτερινή αγορά".split("|"),
    "more": (
        "Η απόφαση πάρθηκε μετά από μια συνεδρίαση που κράτησε ως τα μεσάνυχτα, και δεν άντεξαν όλοι ως το τέλος."
        "|Κανείς δεν μπορούσε να πει πόσο θα κοστίσουν τα έργα, αν και υπάρχουν τρεις προσφορές από την άνοιξη."
        "|Σύμφωνα με τον μηχανικό ο τοίχος χτίστηκε το 1911 και από τότε δεν τον έχει εξετάσει κανείς από κάτω."
        "|Τα στοιχεία που είδε η εφημερίδα δείχνουν ότι οι επισκέπτες διπλασιάστηκαν μέσα σε τέσσερα χρόνια."
        "|Μια δεύτερη έκθεση αναμένεται το φθινόπωρο· ως τότε τα λεωφορεία θα ακολουθούν τον μακρύτερο δρόμο."
    ).split("|"),
}
JAPANESE = {
    "who": "市議会は|港長が|教育委員会|技師二人が|旧市街の住民|退職した教師".split("|"),
    "did": "修理に同意した|閉鎖を計画する|公開した|売却を決めた|再建を議論した|視察した".split("|"),
    "what": "古い水門|渡し船の桟橋|歩道橋|公共の閲覧室|時計台|夜の市場".split("|"),
    "more": (
        "この決定は深夜まで続いた会議の後に下されたもので、出席者の中には最後まで残らなかった人も少なくなかった。"
        "|春から三つの見積もりが机の上に置かれているが、工事にいくらかかるのかは誰にも分からないという。"
        "|技師によると、壁は一九一一年に造られ、それ以来だれも下から調べたことがないとのことである。"
        "|本紙が入手した数字によれば、訪問者の数はこの四年間で二倍に増え、周辺の店も潤っている。"
        "|二つ目の報告書は秋に公表される予定で、それまで水門は閉じられ、バスは遠回りの道を走る。"
    ).split("|"),
}


def title(number: int, words: dict[str, list[str]] = ENGLISH, space: str = " ") -> str:
    """The title of article `number`."""
    parts = (words["who"][number % 6], words["did"][number // 6 % 6], words["what"][(number + number // 7) % 6])
    return space.join(parts)[:1].upper() + space.join(parts)[1:]


def paragraphs(number: int, words: dict[str, list[str]] = ENGLISH, space: str = " ", count: int = 5) -> list[str]:
    """The paragraphs of article `number`, no two articles with the same."""
    more = words["more"]
    made = [f"{title(number, words, space)}, {number}. {more[number % len(more)]}"]
    made += [
        f"{more[(number + i) % len(more)]} ({number}-{i}) {more[(number * 3 + i) % len(more)]}" for i in range(1, count)
    ]
    return made


def slug(text: str) -> str:
    """`text` as the last part of an address."""
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-")


def moment(number: int, step: float = 14.0) -> datetime:
    """When article `number` was published; 0 is the newest, each is `step` hours older than the one before."""
    return NOW - timedelta(hours=2 + step * number)


def rfc822(when: datetime) -> str:
    """A date as feeds write it."""
    return when.strftime("%a, %d %b %Y %H:%M:%S +0000")
