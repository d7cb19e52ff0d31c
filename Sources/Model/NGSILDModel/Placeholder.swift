// Placeholder: goes with the first real file of this target.
