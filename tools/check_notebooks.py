"""Check the house rules: python tools/check_notebooks.py [--table] [name …]

Files: every module has its notebook; every notebook was executed, has no error among its outputs, cell ids, the common kernel, no more than
300 KB; no output holds a path of the machine, a memory address or a progress bar.
Code: what a reader sees has lines of up to 110 columns, tests up to 140; a module has about 500 lines; a visible cell uses names of visible
cells only; a notebook imports from lower numbers only; a private name is imported by no other module, and means one thing in the package.
With names, only notebooks whose paths contain one of them. `--table` prints what the code measures, and checks nothing.
"""
import argparse, ast, builtins, json, re, statistics
from collections import defaultdict
from functools import cache
from importlib import import_module
from pathlib import Path

from register import rooms
from run_notebooks import ROOT, notebooks

SEEN,TESTS,LINES = 110,140,520     # columns of what is seen, columns of tests, lines of a module ("about 500")
RESIDUE = {'a memory address': r'\bat 0x[0-9a-f]{6,}', 'a path of the machine': r'(/home/|/root/|/tmp/|/Users/|[A-Z]:\\\\)',
           'a progress bar': r'\d+%\|', 'codes of colours': r'\x1b\['}

# ---- Reading a notebook
class Cell:
    "A code cell: its source without magics, what it is marked with, and what it says"
    def __init__(self, cell):
        self.id,self.source = cell.get('id','?'),''.join(cell['source'])
        self.marks = {m[1]: m[2].strip() for m in re.finditer(r'^#\| *(\w+):?(.*)$', self.source, re.M)}
        self.hidden = 'hide' in self.marks or self.marks.get('echo')=='false' or self.marks.get('include')=='false'
        self.exported = bool({'export','exports','exporti'} & set(self.marks))
        try: self.body = ast.parse(re.sub(r'^[%!].*$', 'pass', self.source, flags=re.M)).body
        except SyntaxError: self.body = []
    def nodes(self): return (o for b in self.body for o in ast.walk(b))
    @property
    def tests(self): return bool(self.body) and all(map(is_test, self.body))

def is_test(o):
    if isinstance(o, ast.Assert): return True
    return isinstance(o, ast.Expr) and isinstance(o.value, ast.Call) and re.match(r'test_|assert_', getattr(o.value.func,'id',''))

@cache
def cells(path): return [Cell(c) for c in json.loads(path.read_text(encoding='utf-8'))['cells'] if c['cell_type']=='code']

def module_of(path): return next((c.marks['default_exp'].split('.')[-1] for c in cells(path) if 'default_exp' in c.marks), None)

def text(o):
    "All text of an output"
    if o['output_type']=='stream': return ''.join(o['text'])
    return '\n'.join(''.join(v) for k,v in o.get('data',{}).items() if k.startswith('text/'))

# ---- Files
def file_problems(p):
    "What is wrong with one notebook as a file"
    nb = json.loads(p.read_text(encoding='utf-8')); code = [c for c in nb['cells'] if c['cell_type']=='code']
    outs = [o for c in code for o in c['outputs']]
    if p.stat().st_size>300*1024: yield f'{p.stat().st_size//1024} KB, more than 300'
    if nb['nbformat_minor']!=5 or any('id' not in c for c in nb['cells']): yield 'cells without ids (nbformat 4.5)'
    if len({c.get('id') for c in nb['cells']})!=len(nb['cells']): yield 'two cells with one id'
    if nb['metadata'].get('kernelspec',{}).get('name')!='python3': yield 'another kernel than python3'
    if any(l.strip() and l[0] not in '#>' for l in ''.join(nb['cells'][0]['source']).split('\n')):
        yield 'more than a title and a line in the first cell: the docs site leaves it out'
    if code and not outs and 'all' not in p.stem: yield 'no outputs: not executed'
    if any(o['output_type']=='error' for o in outs): yield 'an error among the outputs'
    for o in outs:
        for what,pat in RESIDUE.items():
            if (m := re.search(pat, text(o))): yield f'{what} among the outputs: …{text(o)[max(0,m.start()-30):m.end()+30]!r}'

def without_notebook():
    "Modules that no notebook exports"
    exported = {m for p in notebooks() if (m := module_of(p))}
    return [f'miniai/{m.name} has no notebook' for m in sorted((ROOT/'miniai').glob('*.py')) if m.stem not in exported|{'__init__','_modidx'}]

# ---- Code
def long_lines(p):
    "Lines that a page cuts off, and tests that are longer still"
    for c in cells(p):
        for l in c.source.splitlines():
            most = TESTS if not c.exported and (c.hidden or re.match(r'\s*(test_|assert)', l)) else SEEN
            if len(l)>most: yield f'cell {c.id}: {len(l)} columns, more than {most}: {l.strip()[:60]} …'

def long_module(p):
    if (m := module_of(p)) and (n := len((ROOT/f'miniai/{m}.py').read_text(encoding='utf-8').splitlines()))>LINES and m!='all':
        yield f'its module has {n} lines, more than {LINES}'

def public_of(module):
    "Names that `from module import *` brings"
    try: m = import_module(module)
    except Exception: return set()
    return set(getattr(m, '__all__', None) or (n for n in vars(m) if n[0]!='_'))

def defined(o):
    "Names that a statement, or what is within it, binds"
    if isinstance(o, (ast.FunctionDef,ast.ClassDef,ast.AsyncFunctionDef)): yield o.name
    elif isinstance(o, ast.ImportFrom) and o.names[0].name=='*': yield from public_of(o.module)
    elif isinstance(o, (ast.Import,ast.ImportFrom)): yield from (a.asname or a.name.partition('.')[0] for a in o.names)
    elif isinstance(o, ast.Name) and isinstance(o.ctx, ast.Store): yield o.id
    elif isinstance(o, ast.ExceptHandler) and o.name: yield o.name
    elif isinstance(o, ast.arg): yield o.arg

def hidden_names(p):
    "Names in visible cells that only hidden cells have"
    seen,hid = set(dir(builtins)),set()
    for c in cells(p):
        for o in c.nodes(): (hid if c.hidden else seen).update(defined(o))
    for c in cells(p):
        if c.hidden or c.tests: continue
        names = {o.id for o in c.nodes() if isinstance(o, ast.Name) and isinstance(o.ctx, ast.Load)} & hid - seen
        if names: yield f'cell {c.id} uses what only hidden cells have: {", ".join(sorted(names))}'

def ours(p):
    "Imports of our modules: the cell, the module, the names"
    for c in cells(p):
        for o in c.nodes():
            if isinstance(o, ast.ImportFrom) and o.module=='miniai': yield from ((c, a.name, []) for a in o.names)
            elif isinstance(o, ast.ImportFrom) and (o.module or '').startswith('miniai.'): yield c,o.module.split('.')[1],[a.name for a in o.names]
            elif isinstance(o, ast.Import): yield from ((c, a.name.split('.')[1], []) for a in o.names if a.name.startswith('miniai.'))

def private(n): return n[0]=='_' and not n.startswith('__')

def wrong_imports(p):
    "Imports from higher numbers, and of private names"
    order = {o.module:i for i,o in enumerate(rooms())}; me = module_of(p)
    for c,mod,names in ours(p):
        if '/' not in p.relative_to(ROOT/'nbs').as_posix() and me in order and (mod=='all' or order.get(mod,-1)>order[me]):
            yield f'cell {c.id} imports from {mod}, which comes later'
        if mod!=me and any(map(private, names)): yield f'cell {c.id} imports private names of {mod}: {", ".join(filter(private, names))}'

def two_meanings():
    "Private names that two modules define"
    places = defaultdict(list)
    for p in notebooks():
        for c in cells(p):
            if c.exported and module_of(p):
                for o in c.body:
                    if isinstance(o, (ast.FunctionDef,ast.ClassDef)) and private(o.name) and not any('patch' in ast.unparse(d) for d in o.decorator_list): places[o.name].append(module_of(p))
                    elif isinstance(o, ast.Assign): [places[t.id].append(module_of(p)) for t in o.targets if isinstance(t, ast.Name) and private(t.id) and t.id!='_all_']
    for n,mods in sorted(places.items()):
        if len(set(mods))>1: yield f'{n} means two things, in {" and ".join(sorted(set(mods)))}'

# ---- The table
def lines_of(c): return [l for l in c.source.splitlines() if l.strip() and not l.startswith('#|')]

def without_docments(c): return [l for l in lines_of(c) if not re.match(r'\s+(\*{0,2}\w+(:[^=#]+)?(=[^#]*)?,?|\*,) +# |\s*\).*:( *#.*)?$', l)]

def table(paths):
    "Lines of the module, exported cells, long lines, prose"
    print('| notebook | lines of the module | exported cells | median | longest | over 20 | lines over 110 | words of prose a line of code |\n|---|--:|--:|--:|--:|--:|--:|--:|')
    for p in paths:
        exp = [c for c in cells(p) if c.exported]; n = [len(without_docments(c)) for c in exp]
        words = sum(len(''.join(c['source']).split()) for c in json.loads(p.read_text(encoding='utf-8'))['cells'] if c['cell_type']=='markdown')
        code = sum(len(lines_of(c)) for c in cells(p) if not c.hidden)
        if not n or not code: continue
        long = sum(len(l)>SEEN for c in exp for l in c.source.splitlines())
        print(f'| {p.stem} | {len((ROOT/f"miniai/{module_of(p)}.py").read_text().splitlines())} | {len(n)} | {statistics.median(n):.0f} | {max(n)} | {sum(o>20 for o in n)} | {long} | {words/code:.1f} |')

def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument('names', nargs='*', help='parts of names of notebooks; default: all'); ap.add_argument('--table', action='store_true')
    ap.add_argument('--strict', action='store_true', help='places to mend (columns, sizes, names) are faults too')
    args = ap.parse_args(); paths = notebooks(args.names)
    if args.table: return table(paths)
    def found(rules): return [f'{p.relative_to(ROOT/"nbs")}: {o}' for p in paths for rule in rules for o in rule(p)]
    bad,style = found((file_problems,)),found((long_lines, long_module, hidden_names, wrong_imports))
    if not args.names: bad,style = bad+without_notebook(),style+list(two_meanings())
    if style: print('\n'.join([*style, f'{len(style)} places to mend: columns, sizes, names']))
    if bad or (style and args.strict): raise SystemExit('\n'.join([*bad, f'{len(bad)} faults']))
    print(f'{len(paths)} notebooks are whole')

if __name__=='__main__': main()
