# Where the hand of an arm with four joints is and which way it points: a turntable and three hinges in a plane.
program RobotArm(turn, shoulder, elbow, wrist, upper, lower, hand) {
  a1 = shoulder
  a2 = a1 + elbow
  a3 = a2 + wrist
  reach = upper*cos(a1) + lower*cos(a2) + hand*cos(a3)
  height = upper*sin(a1) + lower*sin(a2) + hand*sin(a3)
  x = reach*cos(turn)
  y = reach*sin(turn)
  px = cos(a3)*cos(turn)
  py = cos(a3)*sin(turn)
  return x, y, height, px, py, sin(a3)
}
