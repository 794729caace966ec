# Elements of an orbit from place and velocity (Bate, Mueller, White 1971): energy, the vector of eccentricity, momentum,
# inclination's cosine; the attracting body is oblate, and its second harmonic pulls, too.
program Orbit(x, y, z, u, v, w, mu, j2) {
  r = sqrt(x^2 + y^2 + z^2)
  s = u^2 + v^2 + w^2
  d = x*u + y*v + z*w
  hx = y*w - z*v
  hy = z*u - x*w
  hz = x*v - y*u
  h = sqrt(hx^2 + hy^2 + hz^2)
  g = mu/r
  ex = ((s - g)*x - d*u)/mu
  ey = ((s - g)*y - d*v)/mu
  ez = ((s - g)*z - d*w)/mu
  q = z/r
  energy = 0.5*s - g*(1 - 0.5*j2*(3*q^2 - 1)/r^2)
  return energy, ex, ey, ez, h, hz/h
}
