"Check what miniai_quickstart has written: python tools/check_quickstart.py FOLDER"
import sys
from pathlib import Path

from PIL import Image
from safetensors import safe_open

out = Path(sys.argv[1])
with safe_open(out/'model.safetensors', 'pt') as f: about,n_tensors = f.metadata(),len(list(f.keys()))
res = {k:float(about[k]) for k in ('test_accuracy','n_train','n_test','n_epochs')}
goal = 0.91 if res['n_train']==60_000 else 0.80
assert res['test_accuracy']>=goal, f"test accuracy {res['test_accuracy']:.3f} on {res['n_train']:.0f} images, expected at least {goal}"
assert n_tensors>10, n_tensors
with Image.open(out/'predictions.png') as im: assert min(im.size)>300, im.size; im.load()
print(f"accuracy {res['test_accuracy']:.3f} on {res['n_test']:.0f} test images after {res['n_epochs']:.0f} epochs on {res['n_train']:.0f}")
