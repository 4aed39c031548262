"""Execute notebooks in place and save their outputs: python tools/run_notebooks.py [name …]

Without names, all of them, in order. Each runs in a Jupyter kernel of its own, as a reader would run it; what varies
from run to run without meaning anything (execution counts and times) is removed. Stops at the first error.
"""
import os, sys, time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
KERNEL = dict(name='python3', display_name='python3', language='python')

def notebooks(names=()):
    "The notebooks with these names (parts of them will do), or all"
    nbs = sorted(p for p in (ROOT/'nbs').rglob('*.ipynb') if not any(o.startswith(('.','_')) for o in p.relative_to(ROOT).parts))
    return [p for p in nbs if not names or any(n in str(p) for n in names)]

def hidden(c):
    "Is this a cell of tests that no reader sees? What threads and destructors say there differs from run to run"
    return c.source.startswith('#| hide')

def clean(nb):
    "Remove what is not meant for the reader; join the pieces in which a stream arrived"
    nb.metadata = {'kernelspec': KERNEL}
    for c in nb.cells:
        c.metadata = {}
        if c.cell_type!='code': continue
        c.execution_count,outs = None,[]
        for o in c.outputs:
            if hidden(c) and o.output_type=='stream' and o.name=='stderr': continue
            if 'execution_count' in o: o.execution_count = None
            if 'metadata' in o: o.metadata = {}
            if o.output_type=='stream' and outs and outs[-1].output_type=='stream' and outs[-1].name==o.name: outs[-1].text += o.text
            else: outs.append(o)
        c.outputs = outs

def run(path):
    "Execute one notebook and write it back"
    nb,t = nbformat.read(path, 4),time.time()
    NotebookClient(nb, timeout=900, kernel_name='python3', resources={'metadata': {'path': str(path.parent)}}).execute()
    clean(nb)
    nb.nbformat_minor = 5
    path.write_text(nbformat.writes(nb, version=nbformat.NO_CONVERT, sort_keys=True)+'\n', encoding='utf-8')
    print(f'{path.relative_to(ROOT)}: {time.time()-t:.0f} s, {path.stat().st_size//1024} KB', flush=True)

if __name__=='__main__':
    os.environ['OMP_NUM_THREADS'] = '1'   # sums over several threads round differently, and training makes more of it
    os.environ['PYTHONPATH'] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get('PYTHONPATH')])])
    for p in notebooks(sys.argv[1:]): run(p)
