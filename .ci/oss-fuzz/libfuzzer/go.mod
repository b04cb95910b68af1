module libfuzzer

go 1.26.0
