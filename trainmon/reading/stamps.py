"""How logs print moments: texts of patterns for `re.VERBOSE`; their groups are what `timestamps` needs."""

MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
CLOCK = r"(?P<clock>\d\d:\d\d:\d\d)(?:(?:\.(?=\d)|,(?=\d{3}(?![\d,])))(?P<fraction>\d{1,9})(?!\d))?"
DATE = r"(?P<year>\d{4}|[12]\d(?=-))(?P<dash>[-/])(?P<month>\d\d)(?P=dash)(?P<day>\d\d)[T _,]"
ISO = rf"{DATE}{CLOCK}(?:\ ?(?P<offset>Z|UTC|[+-]\d\d:?\d\d)(?![\w:]))?"
SLASHED = rf"(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>\d{{4}}|\d\d),?\ {CLOCK}(?:\ (?P<half>[AP]M)\b)?"
DAY_FIRST = rf"(?P<day>\d\d)(?P<dot>[.-])(?P<month>\d\d)(?P=dot)(?P<year>\d{{4}}),?[T\ ]{CLOCK}"
COMPACT = (
    r"(?P<year>20\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)[-_T\ ](?P<clock>\d\d:\d\d:\d\d|[0-2]\d[0-5]\d[0-5]\d(?!\d))"
    r"(?:\.(?P<fraction>\d{1,9}))?"
)
NAMED_DAY = (
    rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\ {MONTH}\ {{1,2}}(?P<day>\d{{1,2}})\ {CLOCK}\ (?:UTC\ )?(?P<year>\d{{4}})"
)
DAY_MONTH = (
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\ )?(?P<day>\d{{1,2}})[\ /-]{MONTH}[\ /-](?P<year>\d{{4}})[\ :]{CLOCK}"
    r"(?:\ (?P<offset>Z|UTC|[+-]\d\d:?\d\d)(?![\w:]))?"
)
UNIX = r"(?P<epoch_s>1[4-9]\d{8}(?:\.\d{1,9})?|1[4-9]\d{11})"
# Seconds since the program began: `[+ 12.3s]`, `12.34s  step 3`, the kernel's `[   12.345678]`.
SINCE = r"(?P<since_s>\d{1,9}\.\d{1,9})"
YEARLESS = rf"(?P<month>\d\d)[/-](?P<day>\d\d)\ {CLOCK}(?:\ (?P<half>[AP]M)\b)?"
# Where in the source a line was logged: `trainer.py:120`, `trainer.py:train:120`, `trainer.py[line:120]`.
SOURCE = (
    r"[\w./<>-]{1,120}\.(?:py|pyx|cc|cpp|cu|cuh|hpp|h|c|go|rs)(?::[\w.<>]{1,80})?"
    r"(?:::?\d{1,6}|\[line:\ ?\d{1,6}\]|\(\d{1,6}\)|\ line\ \d{1,6})"
)
