# throughput.dat, latency.dat and memory.dat of the working folder as pictures; for run.sh.
set terminal pngcairo size 900,500 font "sans,11"
set key outside right top
set grid ytics

set output "throughput.png"
set title "Mutations a second, by view and mutations a step"
set style data histograms
set style fill solid 0.8 border -1
set yrange [0:*]
set format y "%.0s%c"
plot "throughput.dat" using 2:xtic(1) title "1", "" using 3 title "100", "" using 4 title "10,000", \
     "" using 5 title "1, -j 2", "" using 6 title "10,000, -j 2"

set output "latency.png"
set title "One update against the size of the view: median, microseconds"
set style data linespoints
set logscale x
set format x "10^{%T}"
set format y "%g"
set xlabel "rows"
plot for [i=2:8] "latency.dat" using 1:i title word("V1 V2 V5 V7 V3 V4 V6", i - 1)

set output "memory.png"
set title "Resident memory against live rows, MB"
set logscale y
set format y "%g"
set yrange [*:*]
plot "memory.dat" using 1:2 title "JSON of live records", "" using 1:3 title "V1, whole rows", \
     "" using 1:4 title "V2, ids"
