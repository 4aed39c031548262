"""Make README.md from nbs/index.ipynb, without Quarto: python tools/readme.py [--check]

nbconvert turns the notebook into Markdown; cells and lines that are nbdev's directives are left out before, and links to notebooks and
pictures are pointed into their folder. What is only for a public address is shown or left out (tools/addresses.py). `--check` writes nothing and fails if the file differs.
"""
import re, sys
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter

from addresses import filled

ROOT = Path(__file__).parent.parent

def readme():
    "The text of README.md"
    nb = nbformat.read(ROOT/'nbs/index.ipynb', 4); cells = []
    for c in nb.cells:
        lines = c.source.splitlines()
        directives = [l[2:].strip() for l in lines if l.startswith('#|')]
        if any(d.startswith(('hide','include: false','default_exp')) and d!='hide_line' for d in directives): continue
        c.source = '\n'.join(l for l in lines if not l.startswith('#|')).strip()
        if 'echo: false' in directives: c.source = ''
        c.outputs = [o for o in c.get('outputs',[]) if not (o.output_type=='stream' and o.name=='stderr')] if c.cell_type=='code' else None
        if c.outputs is None: del c['outputs']
        cells.append(c)
    nb.cells,nb.metadata.language_info = cells,{'name':'python'}
    text,extra = MarkdownExporter().from_notebook_node(nb)
    if extra.get('outputs'): raise SystemExit(f'nbs/index.ipynb has pictures in its outputs, which a README cannot hold: {list(extra["outputs"])}')
    text = re.sub(r'<!--/?core\b.*?-->', '', filled(text, readme=True))
    text = re.sub(r'\]\(\.\./', '](', re.sub(r'\]\((?!https?:|#|\.\./)([^)]*\.(ipynb|png))', r'](nbs/\1', text))
    head = '<!-- Made from nbs/index.ipynb by tools/readme.py: change it there -->\n\n'
    text = re.sub(r'\n{3,}', '\n\n', re.sub(r'[ \t]+$', '', text, flags=re.M))
    text = text.replace('\n```\n\n```python\n', '\n\n')   # cells without output between them are one block
    return head + text.strip() + '\n'

if __name__=='__main__':
    new,path = readme(),ROOT/'README.md'
    if '--check' not in sys.argv: path.write_text(new, encoding='utf-8')
    elif path.read_text(encoding='utf-8')!=new: raise SystemExit('README.md is not what nbs/index.ipynb gives: run python tools/readme.py')
