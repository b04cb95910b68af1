// Runs a program for wasip1 in Node, for .ci/wasip1: node wasip1.mjs STATUS PROGRAM ARGUMENT…
// The exit status goes to the file STATUS.
import { readFileSync, writeFileSync } from 'node:fs'
import { WASI } from 'node:wasi'

const [status, file, ...args] = process.argv.slice(2)
const wasi = new WASI({ version: 'preview1', args: [file, ...args], env: { ...process.env, PWD: process.cwd() }, preopens: { '/': '/' } })
const imports = wasi.getImportObject()
imports.wasi_snapshot_preview1.proc_exit = (code) => { // before Node unwinds the stack, which sometimes fails
  writeFileSync(status, String(code))
  process.reallyExit(code)
}
const { instance } = await WebAssembly.instantiate(readFileSync(file), imports)
wasi.start(instance)
