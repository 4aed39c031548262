"""Register the notebooks: python tools/register.py [--check]

The notebooks' file names give their order (01, 01a, 01b, 02 …), their first cells a title and a line that says what they are for.
From these come `miniai.all` (two cells of 99_all), the sidebar of the docs site (_quarto.yml), the tour in the index, the "Next:" at the
end of each notebook, and then README.md. The index's numbers, `<!--core: words of a row-->10<!--/core-->`, are the ratios of
benchmarks/core.md. `--check` writes nothing, and fails if something would change.
Where two branches have registered something, take either side of these files, and run it again.
"""
import json, re, sys, textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NBS = ROOT/'nbs'
APART = {'modules'}     # rebuilds PyTorch under its own names, which `from miniai.all import *` would hide
PARTS = {0:'Data', 5:'Training', 8:'From source to batch', 10:'Training well', 15:'Daily work', 18:'Other kinds of data'}    # from which number on
FIRST = ['tutorials/quickstart.ipynb']     # before the numbered notebooks
TUTORIALS = ['pytorch_dataloader','learner_from_scratch']     # those that aren't named follow by name
LAST = ['compared.ipynb','glossary.ipynb','decisions.ipynb','99_all.ipynb']
PAGES = ['names.qmd','pictures.qmd','benchmarks.qmd','contributing.qmd','changes.qmd']     # made by tools/docs.py and tools/site_pages.py
HOME = ['index.qmd','overview.ipynb']     # made by them, too; the second of index.ipynb
MADE = '# Made by tools/register.py'

def read(path): return json.loads((NBS/path).read_text(encoding='utf-8'))
def dump(nb): return json.dumps(nb, sort_keys=True, indent=1, ensure_ascii=False) + '\n'
def source(cell): return ''.join(cell['source'])
def put(cell, text): cell['source'] = text.splitlines(keepends=True)

class Notebook:
    "A notebook's place, number, title and one-liner"
    def __init__(self, path):
        self.path = path; self.name = Path(path).stem
        self.number = m[1] if (m := re.match(r'(\d+[a-z]*)_', self.name)) else ''
        self.module = self.name.removeprefix(f'{self.number}_')
        lines = [l for l in source(read(path)['cells'][0]).splitlines() if l.strip()]
        if len(lines)!=2 or not lines[0].startswith('# ') or not lines[1].startswith('> '):
            raise SystemExit(f'{path}: its first cell must be a title (# …) and one line that says what it is for (> …)')
        self.title,self.about = lines[0][2:].strip(),lines[1][2:].strip()
    @property
    def label(self): return f'{self.number} {self.title}'.strip()

def rooms():
    "The numbered notebooks, in order, without 99_all"
    return [Notebook(p.name) for p in sorted(NBS.glob('[0-9]*_*.ipynb')) if p.name not in LAST]

def tutorials():
    "The tutorials, in their order"
    found = [p for p in sorted(NBS.glob('tutorials/*.ipynb')) if f'tutorials/{p.name}' not in FIRST]
    found.sort(key=lambda p: TUTORIALS.index(p.stem) if p.stem in TUTORIALS else len(TUTORIALS))
    return [Notebook(f'tutorials/{p.name}') for p in found]

def first(): return [Notebook(p) for p in FIRST if (NBS/p).is_file()]
def last(): return [Notebook(p) for p in LAST if (NBS/p).is_file()]

# ---- miniai.all
def wrapped(head, words, tail=''): return '\n'.join(textwrap.wrap(head + ', '.join(words), 100, subsequent_indent='    ', break_long_words=False)) + tail

def all_cells():
    "The two cells of 99_all that are made"
    mods = [o.module for o in rooms() if o.module not in APART]
    names = wrapped('from miniai import (', sorted(mods), ')')    # before the stars: `looking` is a function, too
    return ('\n'.join(['#| export', MADE, names, '__all__ = []', *(f'__all__ += {m}.__all__' for m in mods)]),
            '\n'.join(['#| export', MADE, *(f'from miniai.{m} import *' for m in mods)]))

def all_notebook():
    nb = read('99_all.ipynb'); cells = [c for c in nb['cells'] if MADE in source(c)]
    if len(cells)!=2: raise SystemExit(f'99_all must have two cells with the line {MADE}')
    for c,text in zip(cells, all_cells()): put(c, text)
    return dump(nb)

# ---- the sidebar
def entry(nb): return f'          - {{text: "{nb.label}", href: {nb.path}}}' if nb.number else f'          - {nb.path}'

def part(nb): return PARTS[max(n for n in PARTS if n<=int(re.match(r'\d+', nb.number)[0]))]

def sidebar():
    "Sections of the sidebar, as lines of YAML"
    sections = {'Start': [f'          - {p}' for p in HOME] + [*map(entry, first())]}
    for nb in rooms(): sections.setdefault(part(nb), []).append(entry(nb))
    sections['Tutorials'] = [*map(entry, tutorials())]
    sections['Reference'] = [*(f'          - {p}' for p in PAGES), *(f'          - {nb.path}' for nb in last())]
    return [l for name,lines in sections.items() for l in [f'      - section: {name}', '        contents:', *lines]]

def quarto():
    text = (ROOT/'_quarto.yml').read_text(encoding='utf-8')
    new,n = re.subn(rf'( *{MADE}: the sidebar\n).*?( *# End of what is made)', lambda m: m[1] + '\n'.join(sidebar()) + '\n' + m[2], text, flags=re.S)
    if n!=1: raise SystemExit(f'_quarto.yml must have the lines {MADE}: the sidebar, and # End of what is made')
    return new

# ---- the tour and the way on
def tour():
    "The table of the index"
    rows = [f'| {nb.number} | [{nb.title}]({nb.path}) | {nb.about} |' for nb in [*first(), *rooms(), *tutorials(), *last()]]
    return '\n'.join(['| | notebook | what it is about |', '| --- | --- | --- |', *rows])

def benchmark(words):
    "The ratio of the row of benchmarks/core.md in whose first column these words stand"
    rows = [[o.strip() for o in l.strip('| ').split('|')] for l in (ROOT/'benchmarks/core.md').read_text(encoding='utf-8').splitlines() if l[:1]=='|']
    found = [r for r in rows if words in r[0]]
    if len(found)!=1: raise SystemExit(f'{len(found)} rows of benchmarks/core.md have the words {words!r}')
    return float(found[0][3])

def with_numbers(text):
    "`text` with the benchmarks' ratios, to as many digits as stand there"
    def number(m): return f'{m[1]}{benchmark(m[2].strip()):.{len(m[3].partition(".")[2])}f}{m[4]}'
    return re.sub(r'(<!--core:(.*?)-->)([\d.]+)(<!--/core-->)', number, text)

def index():
    nb = read('index.ipynb')
    for c in nb['cells']:
        if c['cell_type']=='markdown': put(c, with_numbers(source(c)))
    cells = [c for c in nb['cells'] if source(c).startswith('## The tour')]
    if len(cells)!=1: raise SystemExit('index.ipynb must have one cell that begins with ## The tour')
    put(cells[0], re.sub(r'(^\|.*\n?)+', lambda m: tour() + '\n'*m[0].endswith('\n'), source(cells[0]), count=1, flags=re.M))
    return dump(nb)

def is_end(cell): return source(cell).startswith('## Export -') or cell['cell_type']=='code' and 'nbdev_export()' in source(cell)

def next_line(here, there):
    "One line that leads on"
    rel = there.path if '/' not in here.path else there.path.removeprefix('tutorials/') if '/' in there.path else f'../{there.path}'
    return f'Next: [{there.label}]({rel}). {there.about}' + '.'*(there.about[-1] not in '.!?')

def with_next(here, there):
    "The notebook with its last line: replaced where it stands, or in a cell of its own at the end"
    nb = read(here.path); cells = nb['cells']; line = next_line(here, there) if there else ''
    for c in cells:
        if c['cell_type']=='markdown' and (m := re.search(r'^Next:.*$', source(c), re.M)):
            if line: put(c, source(c).replace(m[0], line))
            elif source(c).strip()==m[0]: cells.remove(c)
            else: put(c, source(c).replace(m[0], '').rstrip())
            return dump(nb)
    end = next((i for i,c in enumerate(cells) if is_end(c)), len(cells))
    if line: cells.insert(end, dict(cell_type='markdown', id='next', metadata={}, source=[line]))
    return dump(nb)

def made():
    "Each file that is made or has a part that is, with its text"
    yield '_quarto.yml',quarto()
    yield 'nbs/99_all.ipynb',all_notebook()
    yield 'nbs/index.ipynb',index()
    way = [*first(), *rooms(), *tutorials()]
    for here,there in zip(way, [*way[1:], None]): yield f'nbs/{here.path}',with_next(here, there)

def main(check=False):
    stale = [(f,text) for f,text in made() if (ROOT/f).read_text(encoding='utf-8')!=text]
    if check and stale: raise SystemExit(f'run python tools/register.py: {", ".join(f for f,_ in stale)} would change')
    for f,text in stale:
        (ROOT/f).write_text(text, encoding='utf-8'); print(f'{f} is registered anew')
    if not check:
        import readme
        (ROOT/'README.md').write_text(readme.readme(), encoding='utf-8')

if __name__=='__main__': main('--check' in sys.argv)
