# Equation of state of Peng and Robinson (1976) for a mixture of two: pressure and the departures of enthalpy and entropy
# from the ideal gas, by molar volume, temperature, share of the first and the coefficient of their interaction.
program PengRobinson(v, T, x, k) {
  m1 = 1 + 0.52*(1 - sqrt(T/190.6))
  m2 = 1 + 0.84*(1 - sqrt(T/425.1))
  a1 = 0.2496*m1^2
  a2 = 1.8655*m2^2
  s = sqrt(a1*a2)
  y = 1 - x
  a = x^2*a1 + 2*x*y*(1 - k)*s + y^2*a2
  b = 2.68e-5*x + 7.24e-5*y
  d1 = -0.52*m1*0.2496/sqrt(190.6*T)
  d2 = -0.84*m2*1.8655/sqrt(425.1*T)
  da = x^2*d1 + x*y*(1 - k)*(a1*d2 + a2*d1)/s + y^2*d2
  q = v^2 + 2*b*v - b^2
  p = 8.314*T/(v - b) - a/q
  l = log((v + 2.414213562373095*b)/(v - 0.414213562373095*b))/(2.82842712474619*b)
  z = p*v/(8.314*T)
  h = 8.314*T*(z - 1) + (T*da - a)*l
  e = 8.314*log(z - b*p/(8.314*T)) + da*l
  return p, h, e
}
