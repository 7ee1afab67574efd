"""Words that stand in names and tell little of whose they are, in small letters without accents; and families."""

PARTICLES = frozenset([
    "al", "el", "bin", "ibn", "ben", "bint", "bte", "binti", "van", "von", "der", "den", "de", "da", "do", "dos",
    "das", "di", "du", "la", "le", "las", "los", "y", "e", "i", "und", "and", "et", "the", "of", "ould", "oglu",
    "ogly", "kyzy", "zu", "af", "av", "abu", "umm",
])  # fmt: skip

TITLES = frozenset([
    "mr", "mrs", "ms", "dr", "prof", "professor", "sir", "madam", "hajji", "haji", "hajj", "hadji", "sheikh",
    "sheik", "shaykh", "eng", "engineer", "gen", "general", "col", "colonel", "maj", "major", "capt", "captain",
    "lt", "herr", "frau", "senor", "senora", "don", "dona", "monsieur", "madame", "imam", "mullah", "mulla",
    "maulvi", "ayatollah", "sayyid", "sayed", "syed", "sri", "shri",
])  # fmt: skip

# What rigour leaves of legal forms.
FORMS = frozenset([
    "corp", "corporation", "company", "co", "inc", "limited", "liability", "with", "as", "sti", "sirketi", "ltd",
    "ltda", "liab", "sp", "wll", "pty", "fze", "oy", "llc", "plc",
])  # fmt: skip

KOREAN_FAMILIES = frozenset([
    "kim", "gim", "lee", "yi", "rhee", "ri", "park", "pak", "bak", "choi", "choe", "jung", "jeong", "chung", "kang",
    "gang", "cho", "jo", "yoon", "yun", "jang", "im", "lim", "seo", "suh", "shin", "yang", "song", "lee", "oh",
    "an", "kwon", "gwon", "hwang", "ahn", "ryu", "yoo", "hong", "jeon", "ko", "moon", "mun", "son", "sohn", "bae",
    "pae", "baek", "paik", "heo", "hur", "noh", "roh", "nam", "ha", "min", "ku", "koo",
])  # fmt: skip
