# The picture of a point in a camera with two terms of radial and two of tangential distortion: place and three angles of
# the camera, the point, focal length, centre and distortion.
program Camera(x, y, z, cx, cy, cz, yaw, pitch, roll, f, u0, v0, k1, k2, p1, p2) {
  dx = x - cx
  dy = y - cy
  dz = z - cz
  ax = cos(yaw)*dx + sin(yaw)*dz
  az = cos(yaw)*dz - sin(yaw)*dx
  by = cos(pitch)*dy - sin(pitch)*az
  bz = sin(pitch)*dy + cos(pitch)*az
  qx = cos(roll)*ax - sin(roll)*by
  qy = sin(roll)*ax + cos(roll)*by
  u = qx/bz
  v = qy/bz
  r = u^2 + v^2
  radial = 1 + r*(k1 + r*k2)
  tu = 2*p1*u*v + p2*(r + 2*u^2)
  tv = p1*(r + 2*v^2) + 2*p2*u*v
  return f*(u*radial + tu) + u0, f*(v*radial + tv) + v0
}
