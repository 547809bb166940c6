"""What is fitted on gold sets: the checker and the calibration."""
