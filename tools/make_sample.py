"Build the Fashion-MNIST sample that ships in miniai/data, from the full IDX files: python tools/make_sample.py [folder]"
import io, json, sys
from pathlib import Path

import datasets as hfds, numpy as np

from miniai.datasets import fashion_features, fashion_mnist

OUT = Path(__file__).resolve().parent.parent/'miniai/data/fashion_mnist'
ABOUT = ("Fashion-MNIST: 28 × 28 grey pictures of clothes from Zalando's shop, in ten classes, made as a drop-in replacement for MNIST "
         "(Xiao, Rasul and Vollgraf, 2017). This is a sample: {:,} training and {:,} test images, the same number of each class, "
         "in the order in which they come in the full data set of 60,000 and 10,000.")

def stratified(labels, per_class):
    "Positions of the first `per_class` items of each class, in order"
    return np.sort(np.concatenate([np.flatnonzero(labels==c)[:per_class] for c in range(10)])).tolist()

def png(im):
    "The bytes of a small PNG file"
    f = io.BytesIO(); im.save(f, 'png', optimize=True)
    return f.getvalue()

def main(src='/usr/share/datasets/fashion-mnist', n_train=6000, n_test=1000):
    "The same input gives the same files, byte for byte, with the versions of constraints.txt"
    dd = fashion_mnist(src); OUT.mkdir(parents=True, exist_ok=True); splits = {}
    for split,n in (('train',n_train), ('test',n_test)):
        ds = dd[split].select(stratified(np.array(dd[split]['label']), n//10))
        cols = {'image': [{'bytes':png(o), 'path':None} for o in ds['image']], 'label': ds['label'][:]}
        file = OUT/f'{split}.parquet'
        hfds.Dataset.from_dict(cols, features=fashion_features).to_parquet(file)
        splits[split] = dict(name=split, num_bytes=file.stat().st_size, num_examples=n)
    info = dict(description=ABOUT.format(n_train, n_test), homepage='https://github.com/zalandoresearch/fashion-mnist', license='MIT',
                features=fashion_features.to_dict(), splits=splits, config_name='default')
    (OUT/'dataset_infos.json').write_text(json.dumps({'default':info}, indent=1, ensure_ascii=False)+'\n', encoding='utf-8')

if __name__=='__main__': main(*sys.argv[1:])
