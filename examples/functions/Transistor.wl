# Currents into collector and base of a bipolar transistor by Gummel and Poon (1970), with Early's effect and high injection:
# voltages, saturation current, gains, knee current and Early voltages.
program Transistor(vbe, vbc, T, is, bf, br, knee, vaf, var) {
  vt = 0.02585*T
  forward = is*(exp(vbe/vt) - 1)
  back = is*(exp(vbc/(1.1*vt)) - 1)
  q1 = 1/(1 - vbc/vaf - vbe/var)
  q2 = forward/knee
  qb = 0.5*q1*(1 + sqrt(1 + 4*q2))
  transport = (forward - back)/qb
  base = forward/bf + back/br
  collector = transport - back/br
  return collector, base, collector + base
}
