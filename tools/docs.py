"""Build the docs site into _docs: python tools/docs.py

nbdev processes the notebooks into _proc; then Quarto renders them with the `_quarto.yml` at the top of the repository, if
it is installed, and smalldocs (pip install smalldocs), which reads the same file, if it is not. Nothing is ever installed.
"""
import shutil, subprocess, sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

def process():
    "nbdev's processed notebooks: directives carried out, signatures and links added"
    from nbdev.serve import proc_nbs   # the inner function: `nbdev_proc_nbs` would try to install Quarto
    return Path(proc_nbs(path=str(ROOT/'nbs'), n_workers=1, force=True))

def renderer():
    "The command that renders a site here"
    if shutil.which('quarto'): return ['quarto','render']
    small = shutil.which('smalldocs', path=str(Path(sys.executable).parent)) or shutil.which('smalldocs')
    if small is None: raise SystemExit('Neither Quarto nor smalldocs is here: pip install smalldocs, or see https://quarto.org/docs/get-started')
    return [small,'render']

if __name__=='__main__':
    cmd,proc = renderer(),process()
    shutil.copy(ROOT/'_quarto.yml', proc/'_quarto.yml')
    subprocess.run([*cmd,'.'] if 'quarto' in cmd[0] else cmd, cwd=proc, check=True)
    shutil.rmtree(ROOT/'_docs', ignore_errors=True)
    shutil.copytree(proc/'_docs', ROOT/'_docs')
    print(f'{len(list((ROOT/"_docs").rglob("*.html")))} pages in _docs')
