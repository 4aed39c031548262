"What the site has besides the notebooks: a home in one screen, the list of all names, drawn pictures, names in the search"
import ast, html, inspect, json, re
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
def html_of(path): return re.sub(r'(^|/)\d+[a-zA-Z0-9]*_', r'\1', path.as_posix().lower()).replace('.ipynb','.html')
def raw(s): return f'```{{=html}}\n{s}\n```\n'

# ---- Every public name
def public(lib='miniai'):
    "Each public name with its object, its module and its summary"
    for mod in [f.stem for f in sorted((ROOT/lib).glob('*.py')) if f.stem not in ('all','__init__','_modidx')]:
        m = import_module(f'{lib}.{mod}')
        for name in m.__all__:
            try: o = eval(name, vars(m))
            except NameError: continue
            doc = (inspect.getdoc(o) or '').strip() if callable(o) else ''
            yield name,o,mod,' '.join(doc.split('\n\n')[0].split()) if doc else f'A constant, {type(o).__name__}'

def kind(o): return 'class' if inspect.isclass(o) else 'function' if callable(o) else 'constant'

def names_page(links):
    "Every public name, by module, with its one-line summary"
    order = {}
    for name,o,mod,doc in public(): order.setdefault(mod, []).append((name,o,doc))
    first = {mod: links.find(rows[0][0]) for mod,rows in order.items()}
    out = ['---\ntitle: All names\ndescription: Every public name of miniai, each with its summary and a link to where it is made\ntoc-depth: 2\n---\n',
           'They are all in `miniai.all`, except those of the [quickstart](tutorials/quickstart.ipynb).\n']
    for mod in sorted(order, key=lambda m: first[m][0].as_posix()):
        rows = '\n'.join(f'| [`{n}`]({links.find(n)[0].as_posix()}#{links.find(n)[1]}) | {escape(d)} |' for n,_,d in sorted(order[mod], key=lambda r: r[0].lower()))
        out.append(f'## {mod}\n\n| name | summary |\n| --- | --- |\n{rows}\n')
    return '\n'.join(out)

def escape(s): return re.sub(r'(?<!\\)\|', r'\\|', s)

# ---- Search
def search(out, links):
    "Put definitions first in the search, under their own names"
    path = out/'search.json'; rows = json.loads(path.read_text(encoding='utf-8')); defs = []
    for name,o,mod,doc in public():
        page,anchor = links.find(name); href = f'{html_of(page)}#{anchor}'
        rows = [r for r in rows if r['href']!=href]
        defs.append(dict(objectID=href, href=href, title=name, section=f'{name}, {kind(o)} in {mod}', text=doc))
    path.write_text(json.dumps(defs+rows, ensure_ascii=False), encoding='utf-8')

def write(proc, links):
    (proc/'names.qmd').write_text(names_page(links), encoding='utf-8')
