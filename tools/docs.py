"""Build the docs site into _docs: python tools/docs.py

nbdev's processors make pages of the notebooks, in _proc; then Quarto, if it is installed, or else smalldocs (pip install
smalldocs latex2mathml) renders these files, with the `_quarto.yml` at the top of the repository. Nothing is ever installed, and no cell
of a notebook is run: signatures and summaries are read from the package, and outputs are those that were saved.
A page tells the notebook's story and ends with the reference: each signature links to its code in the story, and the code back.
"""
import ast, html, inspect, json, os, re, shutil, subprocess, sys, yaml
from collections import Counter
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.chdir(ROOT); sys.path[:0] = [str(ROOT), str(ROOT/'tools')]

from execnb.nbio import mk_cell, read_nb, write_nb
from fastcore.docments import docments
from nbdev.config import get_config
from nbdev.doclinks import nbglob
from nbdev.process import NBProcessor, Processor
from nbdev.processors import FilterDefaults, add_fold, add_links, exec_show_docs, mv_exports

import site_pages
from addresses import filled, settings

cfg = get_config(); LIB,NBS,PROC,OUT = cfg.lib_name,cfg.nbs_path,ROOT/'_proc',cfg.doc_path
WHERE = settings()     # its addresses are used only if they are public

def place(nm):
    "Where a name is on its page: in small letters, unless another name differs in nothing else (`Accuracy`, `accuracy`)"
    if not hasattr(place, 'twins'):
        small = Counter(n.lower() for n,*_ in site_pages.public())
        place.twins = {n for n,*_ in site_pages.public() if small[n.lower()]>1}
    return nm if nm in place.twins else nm.lower()

class Doc:
    "A heading that can be linked to, links to the code, signature with docments, summary"
    def __init__(self, sym, name, title_level):
        self.prop = isinstance(sym, property); self.sym = inspect.unwrap(sym.fget if self.prop else sym)
        self.nm,self.title_level = name or self.sym.__qualname__,title_level
    def _repr_markdown_(self):
        o = self.sym
        line = inspect.getsourcelines(o)[1]; py = Path(inspect.getsourcefile(o)).resolve().relative_to(ROOT)
        head = f'{"#"*self.title_level} `{self.nm}` {{#{place(self.nm)}}}'
        links = f'[its code](#code-{place(self.nm)}){{.source-link}}'
        if WHERE['public']: links += f' [in the module]({WHERE["blob"]}/{py.as_posix()}#L{line}){{.source-link}}'
        doc = f'*{inspect.cleandoc(o.__doc__)}*' if o.__doc__ else ''
        prop = '@property\n' if self.prop else ''
        return f'{head}\n\n{links}\n\n```python\n{prop}{signature(o)}\n```\n\n{doc}'

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

def show_doc(sym, renderer=None, name=None, title_level=None):
    "Methods stand below their classes, and not among the contents of the page"
    doc = Doc(sym, name, title_level); doc.title_level = title_level or (4 if '.' in doc.nm else 3)
    return doc

class show_exports(Processor):
    "Exported code is shown: it is what one has come to read"
    def begin(self):
        for c in self.nb.cells:
            d = c.directives_
            for k in ('export','exporti'):
                if k in d and 'hide' not in d: d['exports'] = d.pop(k)

class constants(Processor):
    "A place to link to before a cell that exports a constant"
    def begin(self):
        for c in reversed(self.nb.cells):
            if not {'export','exports'} & set(c.directives_): continue
            new = [t.id for o in ast.parse(c.source).body if isinstance(o, ast.Assign) for t in o.targets
                   if isinstance(t, ast.Name) and t.id[0]!='_']
            places = ' '.join(f'[]{{#{place(n)} .constant name={n}}}' for n in new)
            if new: self.nb.cells.insert(self.nb.cells.index(c), mk_cell(places, cell_type='markdown'))

def doc_names(docs): return [m[1] for d in docs for m in re.finditer(r'^#+ `(\S+)` \{#', d.get('source',''), re.M)]

def below_class(names):
    "The order of the reference: as in the story, but methods that came later stand below their class"
    place = {n:i for i,n in reversed(list(enumerate(names)))}
    return lambda n: (place.get(n.partition('.')[0], place[n]), place[n])

class reference(Processor):
    "Put what documents a name at the end of the page, and links between it and the code"
    def begin(self):
        old,new,docs = list(self.nb.cells),[],{}
        while old:
            c = old.pop(0); mine = []
            while 'exports' in c.directives_ and old and getattr(old[0],'has_sd',0): mine.insert(0, old.pop(0))
            names = doc_names(mine); docs |= {n:d for d in mine for n in doc_names([d])}
            if names: new.append(mk_cell(self.links(names), cell_type='markdown'))
            new.append(c)
        if docs: new.append(mk_cell(f'{"#"*self.top(new)} Reference {{#reference}}', cell_type='markdown'))
        self.nb.cells = new + [docs[n] for n in sorted(docs, key=below_class(list(docs)))]

    @staticmethod
    def top(cells): return 1 if any(c.cell_type=='markdown' and re.match('# ', c.get('source') or '') for c in cells) else 2

    @staticmethod
    def links(names):
        places = ''.join(f'<span id="code-{place(n)}"></span>' for n in names)
        return f'::: {{.to-reference}}\n{places}exported: ' + ', '.join(f'[`{n}`](#{place(n)})' for n in names) + '\n:::'

def private(code):
    "The names that a cell defines, if all of them are private"
    body = ast.parse(code).body
    defs = [o for o in body if isinstance(o, (ast.ClassDef,ast.FunctionDef,ast.Assign))]
    names = [n for o in defs for n in ([o.name] if hasattr(o,'name') else [t.id for t in o.targets if isinstance(t, ast.Name)])]
    plain = all(n[0]=='_' and n[:2]!='__' for n in names) and not any('patch' in ast.unparse(d) for o in defs for d in getattr(o,'decorator_list',()))
    return names if names and plain and len(defs)==len([o for o in body if not isinstance(o, (ast.Import,ast.ImportFrom))]) else []

def fold(cell):
    "Fold exported cells that hold helpers only"
    if cell.cell_type!='code' or 'exports' not in cell.directives_: return
    body = ast.parse(cell.source).body; only = all(isinstance(o, (ast.Import,ast.ImportFrom)) for o in body)
    if only or 'LazyModule' in cell.source and all(isinstance(o, ast.Assign) for o in body):
        cell.source = f'#| code-fold: true\n#| code-summary: "Imports"\n{cell.source}'
    elif (names := private(cell.source)): cell.source = f'#| code-fold: true\n#| code-summary: "Helpers: {", ".join(names)}"\n{cell.source}'

FIRST = re.compile(r'[ (]*\bfirst versions?( of)?\b|,? *\bnot exported\b\)?', re.I)

def badges(cell):
    "'First version, not exported' is a badge beside what it is about, and no heading of its own"
    if cell.cell_type!='markdown' or not cell.get('source'): return
    def heading(m):
        if not re.search('first version', m[2], re.I): return m[0]
        rest = FIRST.sub('', m[2]).strip(' :,()')
        badge = '[first version, not exported]{.badge .first-version}'
        return f'{m[1]} {rest[0].upper()}{rest[1:]}\n\n{badge}' if rest else badge
    cell.source = re.sub(r'^(#+) (.*)$', heading, cell.source, flags=re.M)

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

class page_links(Processor):
    "Which notebook this page is, where its reference is, and, with a public address, where it can be run"
    def end(self):
        path = Path(self.nb.path_).resolve().relative_to(ROOT).as_posix()
        links = [f'[{path}]{{.page-file}}'] + ['[Reference](#reference)']*any(getattr(c,'has_sd',0) and c.get('source') for c in self.nb.cells)
        if WHERE['public']:
            links += [f'[View source]({WHERE["blob"]}/{path})', f'[Open in Colab]({WHERE["colab"]}/{path})']
            links += [f'(run `%pip install git+{WHERE["git_url"]}` there first)']
        self.nb.cells.insert(1, mk_cell('::: {.page-links}\n' + ' '.join(links) + '\n:::', cell_type='markdown'))

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
        new = {exec_show_docs:[show_docs], add_links:[page_links, picture_texts], add_fold:[], mv_exports:[reference, fold, badges]}
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
        def unlike(s):
            while (s := f'{s}-section') in taken: pass
            taken.add(s); return s
        for c in nb.cells:
            if c.cell_type!='markdown': continue
            fence,lines = False,c.source.split('\n')
            for i,l in enumerate(lines):
                if l.lstrip().startswith('```'): fence = not fence
                elif not fence and (m := re.fullmatch(r'#+ (.*)', l)) and slug(m[1]) in taken: lines[i] = f'{l} {{#{unlike(slug(m[1]))}}}'
                elif not fence and not l.startswith(('    ','#')): lines[i] = self.span.sub(link, l)
            c.source = '\n'.join(lines)

# Texts outside nbs that are pages, too, and the notebook that is the README: on the site, the home comes first
PAGES = {'CONTRIBUTING.md':'contributing.qmd', 'CHANGELOG.md':'changes.qmd', 'benchmarks/core.md':'benchmarks.qmd', 'README.md':'overview.ipynb'}

def relinked(text, here, folder):
    "Links to texts that are pages lead to these; `folder` is where the text comes from, `here` where its page is"
    def to(m):
        path = Path(os.path.relpath((folder/m[1]).resolve(), ROOT)).as_posix()
        page = PAGES.get(path) or (path.removeprefix('nbs/') if path.startswith('nbs/') else None)
        return f'](<{os.path.relpath(page, here.parent)}{m[2] or ""}>)'.replace('<','').replace('>','') if page else m[0]
    return re.sub(r'\]\((?!https?:|#)([^)#\s]+)(#[^)\s]+)?\)', to, text)

def text_pages():
    "The pages that are made of texts outside nbs"
    for src,page in PAGES.items():
        if not page.endswith('.qmd'): continue
        text = (ROOT/src).read_text(encoding='utf-8'); title,_,body = text.partition('\n')
        head = f'---\ntitle: {title.lstrip("# ")}\n---\n'
        (PROC/page).write_text(head + relinked(body, Path(page), (ROOT/src).parent), encoding='utf-8')

def configuration():
    "The site's configuration, with the addresses if they are public"
    conf = yaml.safe_load((ROOT/'_quarto.yml').read_text(encoding='utf-8')); web = conf['website']
    if WHERE['public']:
        web |= {'site-url':WHERE['docs'], 'repo-url':WHERE['git_url'], 'repo-branch':WHERE['branch'], 'repo-subdir':'nbs', 'repo-actions':['issue']}
        web['navbar']['tools'] = [dict(icon='github', href=WHERE['git_url'], text='Source')]
    return yaml.safe_dump(conf, allow_unicode=True, sort_keys=False, width=1000)

def process():
    "nbdev's pages, with what they need beside them"
    shutil.rmtree(PROC, ignore_errors=True); nbs = {}
    for p in sorted(nbglob(as_path=True)):
        nb = read_nb(p); Pages()(nb); nbs[p.resolve().relative_to(NBS.resolve())] = nb
    over = nbs[Path('overview.ipynb')] = nbs.pop(Path('index.ipynb')); front = over.cells[0]
    front.source = front.source.replace('output-file: index.html','output-file: overview.html').replace('title: miniai','title: A first look, and the tour')
    links = Links(nbs)
    for p,nb in nbs.items():
        for c in nb.cells:
            if c.cell_type=='markdown' and c.get('source'): c.source = relinked(re.sub(r'<!--/?core\b.*?-->', '', filled(c.source, WHERE)), p, (NBS/p).parent)
        links(p, nb); (PROC/p).parent.mkdir(parents=True, exist_ok=True); write_nb(nb, PROC/p)
    for p in NBS.rglob('*'):
        if p.is_file() and p.suffix in ('.png','.jpg','.svg','.css','.html') and '.ipynb_checkpoints' not in p.parts:
            to = PROC/p.relative_to(NBS); to.parent.mkdir(parents=True, exist_ok=True); shutil.copy(p, to)
    text_pages(); (PROC/'_quarto.yml').write_text(configuration(), encoding='utf-8')
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
    site_pages.write(PROC, links, nbs); render()
    site_pages.search(PROC/OUT.name, links); site_pages.llms(PROC/OUT.name, nbs)
    shutil.rmtree(OUT, ignore_errors=True); shutil.copytree(PROC/OUT.name, OUT)
    print(f'{len(list(OUT.rglob("*.html")))} pages in {OUT.name}, by {render.__name__}')
