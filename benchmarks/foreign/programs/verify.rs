// Verifies the tokens of a folder with jsonwebtoken. A key serves the algorithm that is
// fixed beforehand; iss, aud and exp are validated by the library.
use jsonwebtoken::{decode, Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use std::{env, fs, path::Path, process, time::Instant};

#[derive(Deserialize)]
#[allow(dead_code)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    iat: i64,
    jti: String,
    role: String,
    tenant: i64,
    scopes: Vec<String>,
}

fn key(alg: Algorithm, material: &[u8]) -> Result<DecodingKey, jsonwebtoken::errors::Error> {
    match alg {
        Algorithm::HS256 => Ok(DecodingKey::from_secret(material)),
        Algorithm::ES256 => DecodingKey::from_ec_pem(material),
        Algorithm::EdDSA => DecodingKey::from_ed_pem(material),
        _ => DecodingKey::from_rsa_pem(material),
    }
}

fn main() {
    let args: Vec<String> = env::args().collect();
    let dir = Path::new(&args[1]);
    for line in fs::read_to_string(dir.join("tokens")).unwrap().lines() {
        let (name, token) = line.split_once(' ').unwrap();
        let alg: Algorithm = name.parse().unwrap();
        let key = key(alg, &fs::read(dir.join(name)).unwrap()).unwrap();
        let mut validation = Validation::new(alg);
        validation.leeway = 0;
        validation.set_issuer(&["https://login.example.com"]);
        validation.set_audience(&["https://api.example.com"]);
        let good = |token: &str| decode::<Claims>(token, &key, &validation).is_ok();
        let bad = token[..token.len() - 4].to_string() + "AAAA";
        if good(&bad) || !good(token) {
            eprintln!("jsonwebtoken decides otherwise on {}", name);
            process::exit(1);
        }
        let (mut n, begin) = (0u128, Instant::now());
        while begin.elapsed().as_millis() < 200 {
            n += good(token) as u128;
        }
        println!("{}\t{}\t{}", args[2], name, begin.elapsed().as_nanos() / n);
    }
}
