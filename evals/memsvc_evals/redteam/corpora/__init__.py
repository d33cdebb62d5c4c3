"""What a memory holds and is asked, read from the files of benchmarks."""
