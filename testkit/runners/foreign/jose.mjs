// Tries the rows of the testkit with Node's jose.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { compactDecrypt, createLocalJWKSet, generateKeyPair, importJWK, jwtVerify } from 'jose'

// ML-DSA is there if the runtime has it.
const lattices = await generateKeyPair('ML-DSA-44').then(() => true, () => false)

// decrypt returns the signed token of a nested one. There is no option for cty: a caller looks at it.
async function decrypt(token, { keys, content }) {
  const find = async (header) => {
    const operation = header.alg === 'dir' ? 'decrypt' : 'unwrapKey'
    const found = keys.find((k) => k.kid === header.kid && k.alg === header.alg && k.use !== 'sig' && (!k.key_ops || k.key_ops.includes(operation)))
    if (!found) throw new Error('no key')
    return importJWK(found, found.alg)
  }
  const options = { keyManagementAlgorithms: keys.map((k) => k.alg).filter((alg) => alg), contentEncryptionAlgorithms: content }
  const { plaintext, protectedHeader } = await compactDecrypt(token, find, options)
  if (protectedHeader.cty !== 'JWT') throw new Error('cty is another one')
  return plaintext
}

async function verify(c) {
  if (c.id.startsWith('mldsa/') && !lattices) return 'unsupported'
  const p = c.policy
  const types = p.types ?? []
  if (types.length > 1) return 'unsupported'
  const algorithms = [...new Set((c.keys ?? []).map((k) => k.alg))].filter((alg) => alg)
  const options = {
    issuer: p.issuer, subject: p.subject, audience: p.audience, typ: types[0],
    requiredClaims: p.require, clockTolerance: p.leeway ?? 0, maxTokenAge: p.max_age,
    currentDate: new Date(c.now * 1000),
    algorithms: algorithms.length > 0 ? algorithms : undefined,
  }
  try {
    const keys = c.keys ?? []
    const key = keys.some((k) => k.kty === 'oct')
      ? async (header) => {
          const found = keys.find((k) => (k.kid === header.kid) && k.alg === header.alg && k.use !== 'enc' && (!k.key_ops || k.key_ops.includes('verify')))
          if (!found) throw new Error('no key')
          return importJWK(found, found.alg)
        }
      : createLocalJWKSet({ keys })
    const token = c.decryption ? await decrypt(c.token, c.decryption) : c.token
    await jwtVerify(token, key, options)
    return 'accept'
  } catch {
    return 'refuse'
  }
}

console.log(JSON.parse(readFileSync('node_modules/jose/package.json')).version)
for await (const line of createInterface({ input: process.stdin })) {
  const c = JSON.parse(line)
  console.log(JSON.stringify({ id: c.id, verdict: await verify(c) }))
}
