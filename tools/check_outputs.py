"""Do the notebooks keep their word? python tools/check_outputs.py [--jobs N] [name …]

Copies the notebooks to a folder outside the repository and executes each in a Jupyter kernel of this Python, from its first
cell to its last, with the miniai that is installed there, an empty cache and no network but the machine itself. Then the
fresh outputs are compared with the saved ones: as many, of the same kinds, the same words and whole numbers, and numbers with
a decimal point within 2 % or 0.02, since processors round differently; `#| tolerance: 0.1` in a cell allows it 10 % or 0.1, for
what long trainings make of that. Pictures must be there, and aren't compared. Cells with `#| slow`, `#| cuda`, `#| online` or
`#| eval: false` are left out, as `nbdev_test` does, and those with `#| needs: nbdev` if nbdev isn't installed.
"""
import argparse, os, re, shutil, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from run_notebooks import ROOT, clean, notebooks

LEFT_OUT = re.compile(r'^#\| *(slow|cuda|online|eval: *false)', re.M)
TOLERANCE = re.compile(r'^#\| *tolerance: *([\d.]+)', re.M)
NUMBER = re.compile(r'-?\d+(?:\.\d*(?:e[+-]?\d+)?|e[+-]?\d+)')
NOISE = 'terminate called without an active exception\n'   # what PyTorch's C++ library may say when a worker is ended early
OFFLINE = '''import socket
def only_here(f):
    def connect(self, address):
        if self.family in (socket.AF_INET,socket.AF_INET6) and address[0] not in ('127.0.0.1','localhost','::1'): raise OSError(f'no network: {address}')
        return f(self, address)
    return connect
socket.socket.connect,socket.socket.connect_ex = only_here(socket.socket.connect),only_here(socket.socket.connect_ex)
'''

def left_out(cell):
    "Is a cell not run here?"
    lacking = [m for m in re.findall(r'^#\| *needs: *(\w+)', cell.source, re.M) if find_spec(m) is None]
    return bool(LEFT_OUT.search(cell.source) or lacking)

def said(cell):
    "What a cell gave, as pairs of a kind and a text"
    for o in cell.outputs:
        if o.output_type=='stream':
            if (text := o.text.replace(NOISE, '')): yield o.name,text
        elif o.output_type=='error': yield 'error',f'{o.ename}: {o.evalue}'
        else: yield from ((k, v if k.startswith('text/') else '') for k,v in sorted(o.data.items()) if 'widget' not in k)

def same(a, b, tol):
    "Are two texts the same, but for rounding and for the spaces that line columns up?"
    if NUMBER.sub('#', a).split()!=NUMBER.sub('#', b).split(): return False
    return all(abs(x-y)<=max(tol, tol*abs(x)) for x,y in zip(*(map(float, NUMBER.findall(o)) for o in (a,b))))

def differences(saved, fresh):
    "What is another in two runs of one notebook"
    for s,f in zip(saved.cells, fresh.cells, strict=True):
        if s.cell_type!='code' or left_out(s): continue
        tol = float(m[1]) if (m := TOLERANCE.search(s.source)) else 0.02
        for (ka,a),(kb,b) in zip_longest(said(s), said(f), fillvalue=('nothing','')):
            if ka!=kb or not same(a, b, tol): yield f'cell {s.id}, beginning {s.source.strip().splitlines()[-1]!r}:\n  saved {ka}: {a[:600]!r}\n  fresh {kb}: {b[:600]!r}'

def check(path, folder):
    "Execute a copy of one notebook in `folder`; what went wrong, and how long it took"
    saved,fresh,t = nbformat.read(path, 4),nbformat.read(path, 4),time.time()
    for c in fresh.cells:
        if c.cell_type!='code': continue
        c.outputs = []
        if left_out(c): c.source = ''
    here = folder/path.relative_to(ROOT/'nbs').parent
    try: NotebookClient(fresh, timeout=900, kernel_name='python3', extra_arguments=['--log-level=40'], resources={'metadata': {'path': str(here)}}).execute()
    except CellExecutionError as e: return [str(e)],time.time()-t
    clean(fresh)
    return list(differences(saved, fresh)),time.time()-t

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('names', nargs='*', help='parts of names of notebooks; default: all'); p.add_argument('--jobs', type=int, default=1, help='notebooks at a time')
    args = p.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        folder = Path(tmp)/'nbs'; shutil.copytree(ROOT/'nbs', folder)
        (Path(tmp)/'sitecustomize.py').write_text(OFFLINE)
        os.environ |= dict(PYTHONPATH=tmp, MINIAI_HOME=f'{tmp}/home', HF_HUB_OFFLINE='1', OMP_NUM_THREADS='1')
        with ThreadPoolExecutor(args.jobs) as ex:
            paths = notebooks(args.names); bad = 0
            for path,(wrong,t) in zip(paths, ex.map(lambda p: check(p, folder), paths)):
                print(f'{"FAIL" if wrong else "ok":5} {path.relative_to(ROOT)} ({t:.0f} s)', *wrong, sep='\n', flush=True)
                bad += bool(wrong)
    if bad: sys.exit(f'{bad} of {len(paths)} notebooks don\'t keep their word')
    print('all notebooks keep their word')

if __name__=='__main__': main()
