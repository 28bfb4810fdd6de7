//! Texts that broke other programs. What a person types is his word: it is kept, shown, printed and
//! exported as he typed it, and is never markup, a query, a path or a command.

/// None holds another, so that a page that shows one does not seem to show two. Those with a line break
/// stand in fields of several lines alone.
pub const NAUGHTY: &[&str] = &[
    // Markup and what ends it.
    "\"><script>alert(1)</script>",
    "</textarea></script><img src=x onerror=alert(2)>",
    "<a href=\"javascript:alert(3)\">点这里</a>",
    "<!-- 注释 --> ]]> <![CDATA[",
    "&lt;b&gt;&amp;amp;&#39;&nbsp;&copy",
    "' onmouseover='alert(4)' x='",
    "{{ 7 * 7 }}${7*7}<%= 7 %>{n}{text}{lead}",
    // Queries, shells, formats, paths.
    "'; DROP TABLE records; --",
    "100% 赔付 %s%n%x%d {0} %q",
    "$(touch x) `id` | cat && rm -rf ~",
    "../../../../etc/passwd",
    "C:\\Windows\\CON .. \\\\?\\NUL",
    "%00%0d%0aSet-Cookie: a=b",
    "%FF%FE%C0%AF",
    "\\u0041\\\"\\'\\\\n\\",
    "{\"kind\":\"sealed\",\"v\":2}],[",
    // Formulas of spreadsheets.
    "=cmd|' /C calc'!A0",
    "+1+1|A",
    "@SUM(1+9)*cmd",
    "-2+3+cmd",
    "a,b;c\"d\"\"e",
    // Words of programs.
    "null",
    "undefined",
    "NaN",
    "-1E+02",
    "0x1F",
    "TRUE",
    // Other directions, joined, combining, invisible.
    "\u{202e}反向\u{202c}书写",
    "没有收尾的\u{202e}gpj.exe",
    "\u{2067}孤立\u{2069} \u{200f}右",
    "零\u{200b}宽\u{200d}度\u{2060}\u{feff}符",
    "السَّلَامُ عَلَيْكُمْ",
    "e\u{301} 与 é 不是一样的字节",
    "Z͑ͫ̓̈́a̴l̷g̶o̵ \u{20dd}",
    "👩‍👩‍👧‍👦 🏳️‍🌈 ①㈱℡",
    // Characters of names beyond the first plane, compatibility forms, private use.
    "𠮷野 㛃 䶮 𪚥 \u{e863}",
    "扩展乙\u{20000}庚\u{30000}\u{3134a}",
    "\u{f900}\u{2f800} 豈丽",
    "葛\u{e0100} 辻\u{e0101}",
    // The edges of what a text can hold.
    "替\u{fffd}换",
    "\u{d7ff}\u{e000}\u{fffe}\u{ffff}\u{10ffff}",
    "控\u{1}\u{7}\u{8}\u{b}\u{c}\u{1b}[31m\u{7f}\u{85}\u{9f}制",
    "制\t表\t符",
    "行\u{2028}段\u{2029}分",
    "全角　空格\u{a0}在中间",
    "ＦＵＬＬ－ＷＩＤＴＨ＜ｓｃｒｉｐｔ＞",
    "Ω≈ç√∫˜µ≤≥÷ ﾟ･✿ヾ╲(｡◕‿◕｡)╱✿･ﾟ",
    // Several lines.
    "第一行\n\n第三行",
    "一\n<script>\n二\n</script>",
    "丙\n=1+1\n\t@丁",
];

/// One of the texts for the `n`-th field of a form, its own on this form: texts that come again have
/// the place in their middle.
pub fn nth(n: usize, turn: usize, several_lines: bool) -> String {
    let fits: Vec<&str> = NAUGHTY
        .iter()
        .copied()
        .filter(|it| several_lines || !it.contains('\n'))
        .collect();
    let text = fits[(n + turn) % fits.len()];
    let middle = text.chars().count() / 2;
    let at = text.char_indices().nth(middle).unwrap().0;
    format!("{}〔{n}〕{}", &text[..at], &text[at..])
}
