#!/bin/sh
# Makes cli/demo/demo.flv: what `millrace lab` and the tests publish. Needs ffmpeg with libx264 and a monospace font.
# usage: scripts/make-demo-clip.sh [OUTPUT.flv]
set -eu
cd "$(dirname "$0")/.."
output=${1:-cli/demo/demo.flv}

# The frame number is burnt in, so a person sees a frame that is missing or shown twice.
counter="drawtext=font=monospace:text='%{frame_num}':x=w-tw-20:y=h-th-20:fontsize=56:fontcolor=white:box=1:boxborderw=12:boxcolor=black@0.6"
clock="drawtext=font=monospace:text='%{pts\:hms}':x=20:y=h-th-20:fontsize=32:fontcolor=white:box=1:boxborderw=8:boxcolor=black@0.6"
# A sweep under quiet noise: no two audio frames have the same payload.
left="0.15*sin(2*PI*(220+22*t)*t)+0.01*(random(0)-0.5)"
right="0.15*sin(2*PI*(330-11*t)*t)+0.01*(random(1)-0.5)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() { ffmpeg -hide_banner -loglevel error -y "$@"; }

# 479232 samples and the encoder's one frame of priming make 469 frames of 1024: 10.005 s beside 10 s of video.
# ADTS knows no priming, so by way of it both tracks begin at 0; MP4 then gives the one codec header to begin with.
run -f lavfi -i "aevalsrc=$left|$right:s=48000,atrim=end_sample=479232" -c:a aac -b:a 96k -fflags +bitexact "$work/audio.aac"
run -i "$work/audio.aac" -c copy -fflags +bitexact "$work/audio.m4a"
run -f lavfi -i "testsrc2=size=640x360:rate=30:duration=10,$counter,$clock" -i "$work/audio.m4a" -c:a copy \
	-c:v libx264 -threads 1 -preset veryslow -profile:v main -pix_fmt yuv420p -crf 27 -maxrate 1000k -bufsize 500k \
	-bf 0 -g 30 -keyint_min 30 -sc_threshold 0 -flags +cgop -map_metadata -1 -fflags +bitexact -f flv "$output"
