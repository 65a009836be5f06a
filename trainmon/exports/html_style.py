"""The style sheet of the HTML summary: light and dark by the reader's own setting, and printable."""

STYLE = """
:root { color-scheme: light dark; --page: #f6f6f4; --card: #fdfdfc; --ink: #1b1b1a; --soft: #5c5b57; --line: #e3e2de;
  --s1: #2a78d6; --s2: #d9641c; --band: #d5d9e2; --bad: #b8322b; --warn: #8f5600; --good: #1f7145; --calm: #4f5b6b;
  --training: #2a78d6; --init: #d99a00; --eval: #17996c; --checkpoint: #6353c4; --stall: #d9433f; --other: #8d8c87; }
@media (prefers-color-scheme: dark) { :root { --page: #151514; --card: #1e1e1c; --ink: #efeeeb; --soft: #b3b1ab;
  --line: #353431; --s1: #5d9eea; --s2: #f0975c; --band: #3c414b; --bad: #f27f78; --warn: #e5b154; --good: #62c48f;
  --calm: #a9b4c4; --training: #4f93e3; --init: #d3a02c; --eval: #2fae82; --checkpoint: #8d7fe3; --stall: #ea6763;
  --other: #85847f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 19px; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: 14px; margin: 22px 0 8px; color: var(--soft); font-weight: 600; }
p { margin: 6px 0; } .soft { color: var(--soft); } a { color: var(--s1); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px;
  margin-top: 18px; break-inside: avoid-page; }
.head { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: baseline; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; white-space: nowrap; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; } .number { text-align: right; white-space: nowrap; }
td:first-child { min-width: 8em; max-width: 24em; overflow-wrap: anywhere; }
td svg { min-width: 110px; }
.word { font-weight: 600; white-space: nowrap; } .bad { color: var(--bad); } .warn { color: var(--warn); }
.good { color: var(--good); } .calm { color: var(--calm); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 12px 18px; margin: 14px 0 0; }
dt { color: var(--soft); font-size: 13px; } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
code { font: 13px/1.5 ui-monospace, monospace; background: var(--page); border-radius: 4px; padding: 1px 5px;
  overflow-wrap: anywhere; }
ul { margin: 6px 0; padding-left: 20px; } li { overflow-wrap: anywhere; margin: 3px 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 14px 22px;
  margin-top: 16px; }
figure { margin: 0; } figcaption { font-size: 13px; color: var(--soft); overflow-wrap: anywhere; }
svg { display: block; max-width: 100%; height: auto; } svg.bar { width: 100%; height: 16px; }
svg text { fill: var(--soft); font-size: 11px; }
.grid { stroke: var(--line); } .band { fill: var(--band); } .measured { fill: var(--ink); }
.s1, .s2 { fill: none; stroke-width: 1.8; stroke-linejoin: round; } .s1 { stroke: var(--s1); }
.s2 { stroke: var(--s2); } .dot1 { fill: var(--s1); } .dot2 { fill: var(--s2); }
.key { display: inline-flex; align-items: center; gap: 6px; margin: 4px 16px 0 0; }
.training { fill: var(--training); } .init { fill: var(--init); } .eval { fill: var(--eval); }
.checkpoint { fill: var(--checkpoint); } .stall { fill: var(--stall); } .other { fill: var(--other); }
@media print { body { background: none; } section { border-color: #bbb; } }
"""
