# Motion of a car as a bicycle with tyres by Pacejka's formula (1987): rates of speed forward and sideways, of yaw and of
# place, by state, steering angle and drive force; load moves with the acceleration.
program Bicycle(vx, vy, yaw, heading, steer, drive, mass, inertia, lf, lr, grip) {
  weight = 9.81*mass
  base = lf + lr
  shift = 0.5*drive/base
  nf = weight*lr/base - shift
  nr = weight*lf/base + shift
  af = steer - atan((vy + lf*yaw)/vx)
  ar = -atan((vy - lr*yaw)/vx)
  bf = 10*af
  br = 11*ar
  ff = grip*nf*sin(1.4*atan(bf - 0.97*(bf - atan(bf))))
  fr = grip*nr*sin(1.4*atan(br - 0.97*(br - atan(br))))
  c = cos(steer)
  s = sin(steer)
  ax = (drive - ff*s)/mass + vy*yaw
  ay = (fr + ff*c)/mass - vx*yaw
  turn = (lf*ff*c - lr*fr)/inertia
  return ax, ay, turn, vx*cos(heading) - vy*sin(heading), vx*sin(heading) + vy*cos(heading)
}
