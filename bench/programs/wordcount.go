// wordcount.go - the words of many files, counted as bench/programs/wordcount.hpp does it, in Go's own way: a
// channel hands the files to goroutines, which count and then merge part by part.
//
//	wordcount_go NANOSECONDS WORKERS <TEXT
//
// The text is all files, with a zero after each. Prints the nanoseconds that a byte took and those of processor
// time, over as many counts as the time has room for after one that only warms up, and the digest of the last.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	parts      = 16
	filesAhead = 16
)

// What one goroutine has counted, by the first letter. The counts are pointed to, so that a word that is known
// already needs no string of its own.
type tally [parts]map[string]*uint64

func newTally() *tally {
	t := new(tally)
	for part := range t {
		t[part] = make(map[string]*uint64)
	}
	return t
}

func (t *tally) addWord(word []byte) {
	words := t[word[0]%parts]
	if count, known := words[string(word)]; known {
		*count++
		return
	}
	count := uint64(1)
	words[string(word)] = &count
}

func (t *tally) addFile(file []byte) {
	word := make([]byte, 0, 64)
	for _, letter := range file {
		small := letter | 0x20
		if small >= 'a' && small <= 'z' {
			word = append(word, small)
		} else if len(word) > 0 {
			t.addWord(word)
			word = word[:0]
		}
	}
	if len(word) > 0 {
		t.addWord(word)
	}
}

func (t *tally) merge(part int, other *tally) {
	for word, count := range other[part] {
		if sum, known := t[part][word]; known {
			*sum += *count
		} else {
			t[part][word] = count
		}
	}
}

func (t *tally) digest() uint64 {
	var digest uint64
	for _, words := range t {
		for word, count := range words {
			hash := uint64(14695981039346656037) // FNV-1a, as in words.cpp
			for _, letter := range []byte(word) {
				hash = (hash ^ uint64(letter)) * 1099511628211
			}
			digest += hash * *count
		}
	}
	return digest
}

func count(files [][]byte, workers int) *tally {
	queue := make(chan []byte, filesAhead)
	tallies := make([]*tally, workers)
	var counted, merged sync.WaitGroup
	counted.Add(workers)
	for worker := range tallies {
		go func(worker int) {
			defer counted.Done()
			tallies[worker] = newTally()
			for file := range queue {
				tallies[worker].addFile(file)
			}
		}(worker)
	}
	for _, file := range files {
		queue <- file
	}
	close(queue)
	counted.Wait()
	merged.Add(workers)
	for worker := range tallies {
		go func(worker int) {
			defer merged.Done()
			for part := worker; part < parts; part += workers {
				for _, other := range tallies[1:] {
					tallies[0].merge(part, other)
				}
			}
		}(worker)
	}
	merged.Wait()
	return tallies[0]
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil || value < 1 {
		fmt.Fprintln(os.Stderr, "usage: wordcount_go NANOSECONDS WORKERS <TEXT")
		os.Exit(2)
	}
	return value
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func main() {
	if len(os.Args) != 3 {
		number("")
	}
	budget, workers := time.Duration(number(os.Args[1])), number(os.Args[2])
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	files := bytes.Split(bytes.TrimSuffix(text, []byte{0}), []byte{0})
	total := count(files, workers)
	var elapsed time.Duration
	processor := processorTime()
	counts := 0
	for ; elapsed < budget; counts++ {
		start := time.Now()
		total = count(files, workers)
		elapsed += time.Since(start)
	}
	processor = processorTime() - processor
	all := float64(counts) * float64(len(text))
	fmt.Printf("%.6f %.6f %d\n", float64(elapsed)/all, float64(processor)/all, total.digest())
}
