// Builds static/dist: the style sheets, the scripts and the icon, each under a name that holds a hash of
// its content (so that it may be cached for ever), with .br and .gz beside it, and manifest.json,
// which says what each is called now. Run it with `make install`.
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

import * as esbuild from 'esbuild'
import * as sass from 'sass'

const here = import.meta.dirname
const dist = path.join(here, 'dist')

function stylesheet(source) {
  const { css } = sass.compile(path.join(here, source), {
    importers: [new sass.NodePackageImporter(here)],
    style: 'compressed',
    charset: false,
  })
  return Buffer.from(css)
}

async function script(source, whose) {
  const notice = `/*! Includes ${whose}, MIT licence, copyright Crown Copyright (Government Digital Service) */`
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(here, source)],
    banner: whose ? { js: notice } : {},
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    write: false,
  })
  return Buffer.from(outputFiles[0].contents)
}

function compressed(content) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  }
  return { '.br': brotliCompressSync(content, { params }), '.gz': gzipSync(content, { level: 9 }) }
}

const assets = {
  'portal.css': stylesheet('portal.scss'),
  'portal-govuk.css': stylesheet('portal-govuk.scss'),
  'autosave.js': await script('autosave.js'),
  'portal.js': await script('portal.js', 'GOV.UK Frontend'),
  'complete.js': await script('complete.js', 'Accessible Autocomplete and Preact'),
  'in-place.js': await script('in-place.js'),
  'session.js': await script('session.js'),
  'favicon.svg': await readFile(path.join(here, 'favicon.svg')),
}

await mkdir(dist, { recursive: true })
const manifest = {}
const written = new Set(['manifest.json'])

async function write(name, content) {
  await writeFile(path.join(dist, name), content)
  written.add(name)
}

for (const [source, content] of Object.entries(assets)) {
  const { name, ext } = path.parse(source)
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
  const target = `${name}-${hash}${ext}`
  manifest[source] = target
  await write(target, content)
  const sizes = [`${content.length} bytes`]
  for (const [suffix, smaller] of Object.entries(compressed(content))) {
    if (smaller.length >= content.length) continue
    await write(target + suffix, smaller)
    sizes.push(`${suffix} ${smaller.length}`)
  }
  console.log(`${target}: ${sizes.join(', ')}`)
}

// The typeface is asked for by portal-govuk.css alone; its names hold a hash already.
const fonts = path.join(here, '../node_modules/govuk-frontend/dist/govuk/assets/fonts')
for (const name of await readdir(fonts)) {
  manifest[name] = name
  await write(name, await readFile(path.join(fonts, name)))
}

// The manifest comes last and in one step: a reader never sees a name whose file is not there yet.
await writeFile(path.join(dist, 'manifest.json.new'), `${JSON.stringify(manifest, null, 2)}\n`)
await rename(path.join(dist, 'manifest.json.new'), path.join(dist, 'manifest.json'))
for (const name of await readdir(dist)) {
  if (!written.has(name)) await rm(path.join(dist, name))
}
