"""Build the docs site into _docs: python tools/docs.py

nbdev's processors make pages of the notebooks, in _proc; then Quarto, if it is installed, or else smalldocs (pip install
smalldocs latex2mathml) renders these files, with the `_quarto.yml` at the top of the repository. Nothing is ever installed, and no cell
of a notebook is run: signatures and summaries are read from the package, and outputs are those that were saved.
"""
import ast, html, inspect, json, os, re, shutil, subprocess, sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.chdir(ROOT); sys.path[:0] = [str(ROOT), str(ROOT/'tools')]

from execnb.nbio import mk_cell, read_nb, write_nb
from fastcore.docments import docments
from nbdev.config import get_config
from nbdev.doclinks import nbglob
from nbdev.process import NBProcessor, Processor
from nbdev.processors import FilterDefaults, add_links, exec_show_docs, mv_exports

import site_pages

cfg = get_config(); LIB,NBS,PROC,OUT = cfg.lib_name,cfg.nbs_path,ROOT/'_proc',cfg.doc_path
BLOB = f'{cfg.git_url}/blob/{cfg.branch}'

class Doc:
    "A heading that can be linked to, a link to the source, signature with docments, summary"
    def __init__(self, sym, name, title_level):
        self.prop = isinstance(sym, property); self.sym = inspect.unwrap(sym.fget if self.prop else sym)
        self.nm,self.title_level = name or self.sym.__qualname__,title_level
    def _repr_markdown_(self):
        o = self.sym
        line = inspect.getsourcelines(o)[1]; py = Path(inspect.getsourcefile(o)).resolve().relative_to(ROOT)
        head = f'{"#"*self.title_level} `{self.nm}` {{#{self.nm.lower()}}}'
        doc = f'*{inspect.cleandoc(o.__doc__)}*' if o.__doc__ else ''
        prop = '@property\n' if self.prop else ''
        return f'{head}\n\n[source]({BLOB}/{py.as_posix()}#L{line}){{.source-link}}\n\n```python\n{prop}{signature(o)}\n```\n\n{doc}'

def named(o): return o if isinstance(o, str) else o.__name__ if isinstance(o, type) or inspect.isroutine(o) else inspect.formatannotation(o)

def parameter(p):
    "A parameter as it was written, its default's value in place of the expression"
    default = '' if p.default is p.empty else f'={named(p.default) if callable(p.default) else repr(p.default)}'
    return {p.VAR_POSITIONAL:'*', p.VAR_KEYWORD:'**'}.get(p.kind, '') + p.name + ('' if p.annotation is p.empty else f':{named(p.annotation)}') + default

def signature(o):
    "The first lines of the definition of `o`, with docments as comments"
    f = inspect.unwrap(o.__init__) if inspect.isclass(o) else o; docs = docments(f) if inspect.isfunction(f) else {}
    sig = inspect.signature(f) if inspect.isfunction(f) else inspect.Signature()
    parts,kinds = [],set()
    for n,p in sig.parameters.items():
        if n=='self' and not kinds: continue
        if p.kind is p.KEYWORD_ONLY and not kinds & {p.KEYWORD_ONLY,p.VAR_POSITIONAL}: parts.append(('*',None))
        kinds.add(p.kind); parts.append((parameter(p), docs.get(n)))
    given = docs.get('return') or next(iter(re.findall(r'^\s*\):\s*# (.+)$', inspect.getsource(f), re.M) if docs else ()), '')
    ret = '' if sig.return_annotation is sig.empty else f'->{named(sig.return_annotation)}'
    head,tail = f'{"class" if inspect.isclass(o) else "def"} {o.__name__}(', f'){ret}:' + (f' # {given}' if given else '')
    if not any(d for _,d in parts): return head + ', '.join(t for t,_ in parts) + tail
    lines = [t + (',' if i<len(parts)-1 else '') + (f' # {d}' if d else '') for i,(t,d) in enumerate(parts)]
    return '\n    '.join([head,*lines]) + '\n' + tail

def show_doc(sym, renderer=None, name=None, title_level=3): return Doc(sym, name, title_level)

class show_exports(Processor):
    "Exported code is shown: it is what one has come to read"
    def begin(self):
        for c in self.nb.cells:
            d = c.directives_
            plain = c.source.lstrip().startswith(('from ','import '))
            if 'export' in d and 'hide' not in d and not plain: d['exports'] = d.pop('export')

class constants(Processor):
    "A place to link to before a cell that exports a constant"
    def begin(self):
        for c in reversed(self.nb.cells):
            if not {'export','exports'} & set(c.directives_): continue
            new = [t.id for o in ast.parse(c.source).body if isinstance(o, ast.Assign) for t in o.targets
                   if isinstance(t, ast.Name) and t.id[0]!='_']
            places = ' '.join(f'[]{{#{n.lower()} .constant name={n}}}' for n in new)
            if new: self.nb.cells.insert(self.nb.cells.index(c), mk_cell(places, cell_type='markdown'))

class source_last(Processor):
    "First what a cell defines, in its order, then the code (nbdev adds the former after the cell, the last one first)"
    def begin(self):
        old,new = list(self.nb.cells),[]
        while old:
            c = old.pop(0); docs = []
            while 'exports' in c.directives_ and old and getattr(old[0],'has_sd',0): docs.insert(0, old.pop(0))
            new += [*docs, c]
        self.nb.cells = new

class show_docs(Processor):
    "Write what `show_doc` says, for the names of the exported module"
    def begin(self):
        mods = [d[0] for c in self.nb.cells if (d := c.directives_.get('default_exp'))]
        self.ns = {**(vars(import_module(f'{LIB}.{mods[0]}')) if mods else {}), 'show_doc':show_doc}; self.done = set()
    def cell(self, cell):
        if cell.cell_type!='code' or not (m := re.search(r'^show_doc\(.*', cell.source, re.M|re.S)): return
        if m[0] in self.done: return cell.pop('source')    # a property and its setter
        self.done.add(m[0]); cell.cell_type,cell.source = 'markdown',eval(m[0], self.ns)._repr_markdown_()
        cell.pop('outputs', None)

def colab(path): return f'https://colab.research.google.com/github/{cfg.user}/{cfg.repo}/blob/{cfg.branch}/{path}'

class page_links(Processor):
    "Where this page comes from, and where it can be run"
    def end(self):
        path = Path(self.nb.path_).resolve().relative_to(ROOT).as_posix()
        text = f'::: {{.page-links}}\n[View source]({BLOB}/{path}) [Open in Colab]({colab(path)}) (run `%pip install git+{cfg.git_url}` there first)\n:::'
        self.nb.cells.insert(1, mk_cell(text, cell_type='markdown'))

class picture_texts(Processor):
    "A picture that has no `#| fig-alt:` is at least said to be what the last line of its cell makes"
    def cell(self, cell):
        pics = [o for o in cell.get('outputs',[]) if any(k.startswith('image/') for k in o.get('data',{}))]
        if not pics or 'fig-alt' in cell.source: return
        lines = [l for l in cell.source.splitlines() if l.strip() and l[0] not in ' #)']
        said = ' '.join(f'Picture made by {lines[-1] if lines else "the code above"}'.split())[:120]
        cell.source = f'#| fig-alt: {json.dumps(said, ensure_ascii=False)}\n{cell.source}'

class Pages(FilterDefaults):
    def base_procs(self):
        new = {exec_show_docs:[show_docs], add_links:[page_links, picture_texts], mv_exports:[source_last]}
        return [constants, show_exports, *(q for p in super().base_procs() for q in new.get(p, [p]))]

def doc_name(path): return re.sub(r'^\d+[a-zA-Z0-9]*_', '', path.name.lower())

def statements(nb):
    "All that a page's code says"
    for c in nb.cells:
        try: yield from ast.walk(ast.parse(c.source if c.cell_type=='code' else ''))
        except SyntaxError: pass    # a magic or a shell command

def imported(nb, ours):
    "Names that a page's code takes from this library's modules (`ours`), or from others: there, `DataLoader` may be PyTorch's"
    return {a.asname or a.name for o in statements(nb) if isinstance(o, ast.ImportFrom) and o.module.startswith(LIB)==ours for a in o.names}

def defined(nb): return {o.name for o in statements(nb) if isinstance(o, (ast.ClassDef,ast.FunctionDef))}

def slug(s): return re.sub(r'[^\w.-]+', '', s.strip().lower().replace(' ','-'))

class Links:
    "Links from names in backticks to their definitions, within the site and without regard to where it is served"
    span = re.compile(r'(?<!\[)`([A-Za-z]\w*(?:\.\w+)*)(\([^`]*\)|)`(?!\])')
    def __init__(self, nbs):
        self.names = {}
        for path,nb in nbs.items():
            for c in nb.cells:
                for name,anchor in re.findall(r'^#+ `(\S+)` \{#(\S+)\}$', c.source, re.M): self.names[name] = (path,anchor)
                for anchor,name in re.findall(r'\[\]\{#(\S+) \.constant name=(\w+)\}', c.source): self.names.setdefault(name, (path,anchor))

    def find(self, name):
        while name and name not in self.names: name = name.rpartition('.')[0]    # a method is explained where its class is
        return self.names.get(name)

    def __call__(self, path, nb):
        everywhere = import_module(f'{LIB}.all').__all__    # what only one page exports is linked on that page alone
        own = {n for n,(p,_) in self.names.items() if p==path}; taken = {self.names[n][1] for n in own}
        others = imported(nb, False) | defined(nb)-own; everywhere = [*everywhere, *imported(nb, True)]
        def link(m):
            name,args = m[1],m[2]; found = None if name.split('.')[0] in others else self.find(name)
            if not found or (found[0]!=path and name.split('.')[0] not in everywhere): return m[0]
            to,anchor = found; rel = os.path.relpath(to, path.parent).replace(os.sep,'/') if to!=path else ''
            return f'[`{name}{args}`]({rel}#{anchor})'
        for c in nb.cells:
            if c.cell_type!='markdown': continue
            fence,lines = False,c.source.split('\n')
            for i,l in enumerate(lines):
                if l.lstrip().startswith('```'): fence = not fence
                elif not fence and (m := re.fullmatch(r'#+ (.*)', l)) and slug(m[1]) in taken: lines[i] = f'{l} {{#{slug(m[1])}-section}}'
                elif not fence and not l.startswith(('    ','#')): lines[i] = self.span.sub(link, l)
            c.source = '\n'.join(lines)

def process():
    "nbdev's pages, with what they need beside them"
    shutil.rmtree(PROC, ignore_errors=True); nbs = {}
    for p in sorted(nbglob(as_path=True)):
        nb = read_nb(p); Pages()(nb); nbs[p.resolve().relative_to(NBS.resolve())] = nb
    links = Links(nbs); first = nbs[Path('index.ipynb')]
    first.cells[0].source = first.cells[0].source.rstrip().removesuffix('---') + 'toc: false\npage-layout: full\n---'
    first.cells.insert(1, mk_cell(site_pages.home(), cell_type='markdown'))
    for p,nb in nbs.items():
        links(p, nb); (PROC/p).parent.mkdir(parents=True, exist_ok=True); write_nb(nb, PROC/p)
    for p in NBS.rglob('*'):
        if p.is_file() and p.suffix in ('.png','.jpg','.svg','.css','.html') and '.ipynb_checkpoints' not in p.parts:
            to = PROC/p.relative_to(NBS); to.parent.mkdir(parents=True, exist_ok=True); shutil.copy(p, to)
    shutil.copy(ROOT/'_quarto.yml', PROC/'_quarto.yml')
    return nbs,links

def quarto(): subprocess.run(['quarto','render','.','--no-execute'], cwd=PROC, check=True)

def smalldocs():
    "Render by smalldocs; pages get the names that nbdev gives them, as Quarto does"
    from smalldocs.config import load
    from smalldocs.site import Site
    class Named(Site):
        def read(self, src):
            page = super().read(src)
            page.out = page.out.with_name(page.front.get('output-file', page.out.name))
            return page
    site = Named(load(PROC), quiet=True); site.build()
    for css in (PROC/OUT.name/'site_libs').rglob('*.css'):    # the site asks no other server for anything, so no fonts either
        css.write_text(re.sub(r'@import url\(https?:[^)]*\);', '', css.read_text(encoding='utf-8')), encoding='utf-8')
    mathml(PROC/OUT.name)
    for w in site.warnings:
        if not re.search('output-file is not read|html-math-method is ignored', w): print('warning:', w)

def mathml(out):
    "Formulas as browsers know them, in place of a script from elsewhere (Quarto: `html-math-method: mathml`)"
    from latex2mathml.converter import convert
    for page in out.rglob('*.html'):
        s = page.read_text(encoding='utf-8')
        s = re.sub(r'<(?:script|link)[^>]*cdn\.jsdelivr\.net/npm/katex[^>]*>(?:</script>)?', '', s)
        def formula(m): return f'{m[1]}{convert(html.unescape(m[3]), display="inline" if m[2]=="inline" else "block")}</span>'
        s = re.sub(r'(<span class="math (inline|display)">)\\[(\[](.*?)\\[)\]]</span>', formula, s, flags=re.S)
        page.write_text(s, encoding='utf-8')

def renderer():
    if shutil.which('quarto'): return quarto
    try: import smalldocs as _, latex2mathml as _
    except ImportError: raise SystemExit('Neither Quarto nor smalldocs is here: pip install smalldocs latex2mathml, or see https://quarto.org/docs/get-started')
    return smalldocs

if __name__=='__main__':
    render = renderer(); nbs,links = process()
    site_pages.write(PROC, links); render()
    site_pages.search(PROC/OUT.name, links); site_pages.llms(PROC/OUT.name, nbs)
    shutil.rmtree(OUT, ignore_errors=True); shutil.copytree(PROC/OUT.name, OUT)
    print(f'{len(list(OUT.rglob("*.html")))} pages in {OUT.name}, by {render.__name__}')
