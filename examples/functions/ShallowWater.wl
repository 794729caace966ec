# Rusanov's flux of the shallow water equations through an edge with normal (nx, ny), from depth and momenta on both
# sides; the greater wave speed is made smooth.
program ShallowWater(hl, pl, ql, hr, pr, qr, nx, ny) {
  ul = (pl*nx + ql*ny)/hl
  ur = (pr*nx + qr*ny)/hr
  gl = 4.905*hl^2
  gr = 4.905*hr^2
  sl = sqrt(ul^2 + 1e-6) + sqrt(9.81*hl)
  sr = sqrt(ur^2 + 1e-6) + sqrt(9.81*hr)
  s = 0.5*(sl + sr + sqrt((sl - sr)^2 + 1e-6))
  f1 = 0.5*(hl*ul + hr*ur - s*(hr - hl))
  f2 = 0.5*(pl*ul + gl*nx + pr*ur + gr*nx - s*(pr - pl))
  f3 = 0.5*(ql*ul + gl*ny + qr*ur + gr*ny - s*(qr - ql))
  return f1, f2, f3
}
