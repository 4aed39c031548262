"Reads everything from settings.ini"
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup, find_packages

cp = ConfigParser(delimiters=['='], interpolation=None)
cp.read(Path(__file__).parent/'settings.ini', encoding='utf-8')
cfg = cp['DEFAULT']

setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'], keywords=cfg['keywords'],
    author=cfg['author'], author_email=cfg['author_email'] if cfg.getboolean('public') else None, license='Apache-2.0',
    url=cfg['git_url'] if cfg.getboolean('public') else None,
    long_description=(Path(__file__).parent/'README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    packages=find_packages(include=['miniai','miniai.*']), package_data={'miniai': ['data/**/*']}, zip_safe=False,
    python_requires=f">={cfg['min_python']}", install_requires=cfg['requirements'].split(),
    extras_require={'dev': cfg['dev_requirements'].split(), 'site': cfg['site_requirements'].split()},
    entry_points={'console_scripts': cfg['console_scripts'].split(), 'nbdev': [f"{cfg['lib_name']}={cfg['lib_name']}._modidx:d"]},
    classifiers=['Development Status :: 3 - Alpha', 'Intended Audience :: Developers', 'Intended Audience :: Education',
                 *(f'Programming Language :: Python :: 3.{v}' for v in range(10,14))])
