# Price, delta, vega, theta and rho of a European call by Black and Scholes in closed form: the Jacobian holds its second
# derivatives, gamma, vanna, volga and the others.
program Greeks(S, K, sigma, r, T) {
  root = sqrt(T)
  w = sigma*root
  d1 = (log(S/K) + (r + 0.5*sigma^2)*T)/w
  d2 = d1 - w
  n1 = 0.5 + 0.5*erf(d1*0.7071067811865476)
  n2 = 0.5 + 0.5*erf(d2*0.7071067811865476)
  density = 0.3989422804014327*exp(-0.5*d1^2)
  discounted = K*exp(-r*T)
  price = S*n1 - discounted*n2
  vega = S*density*root
  rho = T*discounted*n2
  theta = -0.5*sigma*S*density/root - r*discounted*n2
  return price, n1, vega, theta, rho
}
