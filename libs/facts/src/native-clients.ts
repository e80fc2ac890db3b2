// Programs other than browsers, by a token of their User-Agent.

/** First match names the client. Those with a browser engine inside come first, for their string looks like a browser's. */
export const nativeClients: readonly (readonly [RegExp, string])[] = [
  [/\bTeams(?:Mobile)?(?:-\w+)?\/|\bSkypeSpaces\//i, 'Teams'],
  [/\bOutlook(?:-\w+)?\/|\bMicrosoft Outlook\b|\bMSOutlook|\bMacOutlook\//i, 'Outlook'],
  [/\bOneDrive(?:Mpc)?(?:\w*)[/ ]|\bSkyDriveSync\b|\bMicrosoft SkyDrive/i, 'OneDrive'],
  [/\bMicrosoft Office\b|\bMSOffice\b|\bMicrosoft (?:Word|Excel|PowerPoint|OneNote)\b/i, 'Office'],
  [/\bSlack(?:_SSB|Desktop|Mobile)?\/|com\.tinyspeck\./i, 'Slack'],
  [/\bZoom(?:\/|\.us)|\bZoomWebKit/i, 'Zoom'],
  [/\bBox(?: ?Sync| ?Drive| ?Desktop|Edit)?\/\d/i, 'Box'],
  [/\bDropbox(?:Desktop\w*|Client)?[/ ]/i, 'Dropbox'],
  [/\bGoogleDriveFS\b|\bGoogle Drive\b|\bDriveFS\//i, 'Google Drive'],
  [
    /\bNotion\/|\bobsidian\/|\bFigma\/|\bPostmanRuntime\/|\bPostman\/|\binsomnia\/|\bDiscord\/|\bWhatsApp\/|\bSignal\//i,
    'desktop app',
  ],
  [/\bElectron\//i, 'Electron'],
  [/\bThunderbird\//i, 'Thunderbird'],
  [/^Microsoft-WebDAV|\bMini-?Redir\b|\bdavfs2\/|\bWebDAVFS\/|\bWebDAVLib\/|\bgvfs\/|\bcadaver\//i, 'WebDAV'],
  [/^curl\/|\blibcurl\//i, 'curl'],
  [/^Wget2?\/|^aria2\/|^HTTPie\/|^xh\//i, 'command line'],
  [/^python-|^Python\/|^aiohttp\/|\bpython-httpx\/|\burllib|^Scrapy\//i, 'Python'],
  [/^okhttp\/|^Dalvik\/|^Apache-HttpClient\/|^Java[/-]/i, 'Java'],
  [/^Go-http-client\/|^go-resty\/|^rclone\/|^restic\//i, 'Go'],
  [/^node(?:-fetch)?(?:\/|$)|^axios\/|^undici|^got[ /(]/i, 'Node'],
  [/^PowerShell\/|\bWindowsPowerShell\//i, 'PowerShell'],
  [/\bCFNetwork\/|\bDarwin\/\d/i, 'Apple app'],
  [/^Ruby|^Faraday|^libwww-perl\/|^PHP\/|^GuzzleHttp\/|^reqwest\/|^Dart\/|\bRestSharp\/|^WinHTTP/i, 'library'],
  [/; wv\)/, 'Android app'],
];
