# Price of a European call by Black and Scholes: a published task of Jacobian accumulation, a line for each
# vertex of the published graph (Lohoff and Neftci 2024).
program BlackScholes(S: f64[], K: f64[], r: f64[], sigma: f64[], T: f64[]) {
  w1 = r * T
  w2 = exp(w1)
  w3 = w2 * S
  w4 = w3 / K
  w5 = log(w4)
  w6 = pow(sigma, 2.0)
  w7 = w6 / 2.0
  w8 = w7 * T
  w9 = w5 + w8
  w10 = sqrt(T)
  w11 = sigma * w10
  w12 = w9 / w11
  w13 = sqrt(T)
  w14 = sigma * w13
  w15 = w12 - w14
  w16 = -r
  w17 = w16 * T
  w18 = exp(w17)
  w19 = w12 / 1.4142135623730951
  w20 = erf(w19)
  w21 = 1.0 + w20
  w22 = w21 / 2.0
  w23 = w3 * w22
  w24 = w15 / 1.4142135623730951
  w25 = erf(w24)
  w26 = 1.0 + w25
  w27 = w26 / 2.0
  w28 = K * w27
  w29 = w23 - w28
  w30 = w18 * w29
  return w30
}
