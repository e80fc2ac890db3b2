import { expect, it } from 'vitest';
import { headStart } from './inject.ts';

it.each([
  '<!doctype html><html lang="en"><head>|<title>x</title>',
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://www.w3.org/x.dtd">\n<html>\n<HEAD profile="a>b">|<meta charset=utf-8>',
  '\xef\xbb\xbf<!-- a --><!doctype html>\n<!-- <head> in a comment -->\n<html data-x=\'<head>\'><head\n>|<base href="/">',
  '<!doctype html><html>|<body>no head',
  '<!doctype html>|<title>neither</title>',
  '|<header>not a head</header>',
  '<!--><html><head>|<!-- x -->',
  '<?xml version="1.0"?><html><head>|</head>',
])('%s', (marked) => {
  const at = marked.indexOf('|');
  expect(headStart(marked.replace('|', ''))).toBe(at);
});

it.each([
  '',
  '  ',
  'plain text',
  '<!-- never closed <head>',
  '<!doctype html',
  '<html lang="',
  '<html><head data="x>',
  '<he',
  '<',
  '{"a":1}',
  '</p>',
])('is not sure about %j', (text) => expect(headStart(text)).toBeUndefined());

it('takes no time for a hostile beginning', () => {
  const started = performance.now();
  for (const piece of ['<!--', '<!-- -->', '<html a="', '<head ', '<?', ' ', "'"])
    headStart(piece.repeat(65_536 / piece.length));
  expect(performance.now() - started).toBeLessThan(1_500);
});
