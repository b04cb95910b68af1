// Verifies the tokens of a folder with jose and fast-jwt.
import { createPublicKey, createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as jose from 'jose'
import fastJWT from 'fast-jwt'

const dir = process.argv[2]
const issuer = 'https://login.example.com'
const audience = 'https://api.example.com'

function version(module) {
  const file = join(dirname(fileURLToPath(import.meta.url)), 'node_modules', module, 'package.json')
  return `${module} ${JSON.parse(readFileSync(file)).version}, node ${process.versions.node}`
}

// Promises cost time, so that a verification without one is not awaited.
async function measure(name, alg, token, verify) {
  let refused = false
  try {
    const result = verify(token.slice(0, -4) + 'AAAA')
    if (result instanceof Promise) await result
  } catch { refused = true }
  if (!refused) throw new Error(`${name} accepts a bad token of ${alg}`)
  let n = 0
  const begin = process.hrtime.bigint()
  for (; process.hrtime.bigint() - begin < 200_000_000n; n++) {
    const result = verify(token)
    if (result instanceof Promise) await result
  }
  console.log(`${name}\t${alg}\t${Number(process.hrtime.bigint() - begin) / n}`)
}

for (const line of readFileSync(join(dir, 'tokens'), 'utf8').trim().split('\n')) {
  const [alg, token] = line.split(' ')
  const material = readFileSync(join(dir, alg))
  const key = alg === 'HS256' ? createSecretKey(material) : createPublicKey(material)
  const options = { algorithms: [alg], issuer, audience, requiredClaims: ['exp'] }
  await measure(version('jose'), alg, token, (t) => jose.jwtVerify(t, key, options))
  const verify = fastJWT.createVerifier({ key: material, algorithms: [alg], allowedIss: issuer, allowedAud: audience, requiredClaims: ['exp'], cache: false })
  await measure(version('fast-jwt'), alg, token, verify)
}
