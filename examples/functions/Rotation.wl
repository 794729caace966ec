# A vector turned by a quaternion that need not be of length 1, and turned again by a second one.
program Rotation(a, b, c, d, e, f, g, h, x, y, z) {
  n = a^2 + b^2 + c^2 + d^2
  s = 2/n
  tx = s*(c*z - d*y)
  ty = s*(d*x - b*z)
  tz = s*(b*y - c*x)
  x1 = x + a*tx + c*tz - d*ty
  y1 = y + a*ty + d*tx - b*tz
  z1 = z + a*tz + b*ty - c*tx
  m = 2/(e^2 + f^2 + g^2 + h^2)
  px = m*(g*z1 - h*y1)
  py = m*(h*x1 - f*z1)
  pz = m*(f*y1 - g*x1)
  return x1 + e*px + g*pz - h*py, y1 + e*py + h*px - f*pz, z1 + e*pz + f*py - g*px
}
