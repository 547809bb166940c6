"""What is fitted on gold sets and lessons: the cross-encoder and the calibration."""
