"""The words by which a text is understood, as data.

Phrases are separated by commas, and their line breaks mean nothing. They are compared after
folding, so they may stand in any spelling that `ABBREVIATIONS` knows. Regional words suggest a
category like any other word, but only Indonesian words stand in the lists that raise urgency.
"""

from typing import Final

_SPELLINGS: Final = """tolong: tlg tlng tlong tulung tulong tlgg toolong; pak: pk pakk bpk;
    tidak: tdk tak gak ga gk g ngga nggak enggak kagak nda ndak dak ora boten mboten teu henteu
    ndek tidk; sekarang: skrg skr skrng skarang sekrg saiki ayeuna sakniki; malam: mlm mlam
    bengi dalu peuting; pagi: pgi isuk; kemarin: kmrn kmarin kmaren kemaren wingi kamari; tadi:
    td tdi wau; sudah: sdh udh udah dah sudh wis geus uwis; belum: blm blum belom durung
    tacan; rumah: rmh rmah umah omah imah griya; orang: org orng wong uwong tiyang urang uhang;
    yang: yg sing nu; dengan: dgn dg sareng; dekat: dkt deket cerak; depan: dpn ngarep;
    belakang: blkg blakang blkng mburi; sebelah: sblh sebelh; jalan: jln jl; sama: sm; saya: sy
    sya kula; lagi: lg; sedang: sdg; banyak: byk bnyk; sampai: smp sampe smpe nyampe; karena:
    krn karna; ada: ad aya ana enten wonten araq onok enek engka; motor: mtr montor mtor; mobil:
    mbl; cepat: cpt cepet cepetan; segera: sgr sgera; bunuh: bnuh; jangan: jgn jgan ojo;
    untuk: utk; dalam: dlm; atas: ats; bawah: bwh; bawa: bw nggawa mawa; baru: br bru; hilang:
    ilang ical leungit telang ilank hlng raib; warga: wrg; kampung: kmpg; sumber: smbr; simpang:
    simp spg; minggu: mggu mgg; bulan: bln; tahun: thn; jembatan: jbt; masih: msh; ambulans:
    ambulan ambulance; mabuk: mabok mbuk mendem; maling: mling malink mlng; kebakaran: kbakaran
    kebakran kbkrn kebakarn kobongan kahuruan; terbakar: tebakar kebakar kbakar kobong kaduruk
    tetunuq tunuq tbakar; kecelakaan: kclakaan kecelakan kclkaan kcelakaan laka lakalantas;
    tabrakan: tabrkan tbrkn tbrakan; dipukul: dpukul dikaplok; sabu: sbu syabu; narkoba: nrkoba
    narkotika narkotik; banjir: bnjir bajir caah banjirr; hape: hp handphone hpe; polisi: polis
    pulisi"""
ABBREVIATIONS: Final[dict[str, str]] = {
    short: meant.strip()
    for meant, _, shorts in (entry.partition(":") for entry in _SPELLINGS.split(";"))
    for short in shorts.split()
}

STRONG: Final[dict[str, str]] = {
    # Category: phrases that nearly always mean it.
    "pencurian": """maling, pencuri, pencurian, mencuri, nyuri, dicuri, curi, kecurian,
        kemalingan, kapalingan, nyolong, dicolong, kecolongan, bobol, dibobol, dicongkel,
        congkel, mencongkel, digondol, diembat, copet, dicopet, pencopet, kecopetan, loncat
        pagar, lompat pagar, curian, palukka, lukka""",
    "perampokan": """rampok, dirampok, perampok, perampokan, merampok, begal, dibegal,
        pembegalan, jambret, dijambret, penjambretan, todong, ditodong, nodong, penodongan,
        dirampas, rampas, merampas, dipalak, malak, palak, garong, disekap, nyekap, bajing
        loncat, dijabel, ngancam pakai pisau, diancam pakai, kalungkan""",
    "curanmor": """curanmor, ranmor, maling motor, kunci motor, kunci t, curi motor, motor
        curian, motor hilang, motor dicuri, mobil dicuri, mobil hilang, motor bodong""",
    "ternak": """curnak, maling ternak, maling sapi, maling kambing, maling kerbau, curi sapi,
        ternak hilang, sapi hilang, kerbau hilang, kambing hilang, kuda hilang, sapi dicuri,
        kuda curian, sapi curian""",
    "penganiayaan": """penganiayaan, dianiaya, aniaya, dikeroyok, pengeroyokan, keroyok,
        dikroyok, dibacok, bacok, membacok, ditikam, tikam, ditusuk, nusuk, digebuk, digebukin,
        ditujah, tujah, digoco, begoco, diparangi, dibusur, baku tikam, baku pukul, ditebas,
        dipanah, babak belur, dibogem, ditonjok, diantem""",
    "mayat": """mayat, myat, jenazah, mayit, jasad, kerangka manusia, tulang manusia, gantung
        diri, gandir, bunuh diri, bundir, dibunuh, pembunuhan, tidak bernyawa, orok, bayi
        dibuang, mutilasi, mati gantung, meninggal gantung, ditemukan meninggal, ditemukan tewas""",
    "kdrt": """kdrt, dipukul suami, dipukuli suami, suami mukul, suami pukul, anak disiksa,
        istri disiksa, kekerasan rumah tangga, kekerasan dalam rumah tangga, ribut rumah tangga,
        dianiaya suami, ancam bunuh istri, bapak tiri, mukulin istri, mukul istri, pukul istri,
        tiap malam dipukul""",
    "pelecehan": """perkosa, diperkosa, pemerkosaan, rudapaksa, cabul, dicabuli, pencabulan,
        mencabuli, pelecehan, dilecehkan, melecehkan, diraba, meraba, digerayangi, digrepe,
        disetubuhi, dihamili, ngintip, diintip, video disebar, foto bugil, vcs, sodomi,
        disodomi, pedofil, pamer kemaluan, pamer alat kelamin, pegang pegang, rekam mandi, sebar
        video, nyebar video, video mesum, colek, remas""",
    "narkoba": """narkoba, sabu, nyabu, inex, ineks, ekstasi, ganja, cimeng, pil koplo, koplo,
        dobel l, tramadol, trihex, obat keras, ngelem, sinte, tembakau gorila, pengedar, bandar
        sabu, pesta sabu, hexymer, dextro, jual obat""",
    "keributan": """tawuran, tawur, keributan, rusuh, berkelahi, kelahi, perkelahian, berantem,
        brantem, gelut, garelut, tukaran, besiaq, basual, belago, balap liar, balapan liar, trek
        trekan, knalpot, brong, geng motor, petasan, mercon, musik keras, ngamuk, mengamuk,
        orang gila, odgj, cekcok, teriak teriak, gedor pintu, lempar batu, dilempari, onar,
        balapan, kebut kebutan, ugal ugalan, gaduh, bising, berisik, ribut lagi, ribut ribut,
        rusak kaca, begaduh""",
    "miras": """miras, mabuk, oplosan, arak, tuak, ciu, ballo, minuman keras, minum minum, pesta
        miras, brem, mabuk mabukan, jual arak, minum arak, minum tuak, mabuk lem""",
    "judi": """judi, perjudian, togel, nomor buntut, sabung ayam, adu ayam, nyabung, massaung,
        gaple, qiu, remi, dadu, koprok, bola guling, tembak ikan, slot, judol, taruhan, botoh,
        adu jago, gocekan, ngadu hayam, judi online, ceki, kupon putih, main kartu""",
    "penipuan": """tipu, ditipu, ketipu, katipu, penipuan, penipu, nipu, kena tipu, tertipu,
        digelapkan, penggelapan, arisan, investasi bodong, bodong, pinjol, uang palsu, upal,
        diapusi, ngapusi, passobis, sobis, dibobodo, undian, minta kode, kode otp, minta pulsa,
        dibajak, hadiah palsu, wa dibajak, debt collector, akun dihack, cod, beli online, minta
        transfer, apk, sms hadiah, menang undian""",
    "kecelakaan": """kecelakaan, tabrakan, ditabrak, nabrak, menabrak, tabrak, tabrak lari,
        keserempet, diserempet, terserempet, senggolan, terguling, masuk jurang, masuk parit,
        masuk sungai, masuk selokan, rem blong, terlindas, dilindas, kelindas, adu banteng, adu
        kambing, jatuh dari motor, jatuh motor, laga kambing, tertemper, tersambar kereta,
        tenggelam, tenggelem, klelep, titeuleum, hanyut, kintir, palid, jatuh dari lantai,
        perahu terbalik, kapal terbalik, kapal karam, kesetrum, terjepit mesin, jatuh ke sumur,
        jatuh dari pohon, nggeblag, tergilas""",
    "kebakaran": """kebakaran, terbakar, kebakar, api besar, api membesar, asap tebal, korslet,
        konslet, arus pendek, gas meledak, kompor meledak, tabung meledak, meledak, hangus,
        kanre api, damkar, pemadam, tabung gas bocor, keluar api, geni""",
    "karhutla": """karhutla, hutan terbakar, lahan terbakar, kebun terbakar, bakar lahan,
        membakar lahan, kebakaran hutan, kebakaran lahan, bakar hutan, titik api, hotspot,
        gambut, kabut asap, bakar kebun, alas kobong, nunu lahan, nunu kebon, buka lahan, semak
        terbakar, ilalang terbakar, alang alang terbakar, savana terbakar, bukit terbakar""",
    "banjir": """banjir, banjir bandang, banjir bandhang, air naik, air masuk rumah, air bah,
        meluap, luapan, terendam, kebanjiran, rob, tanggul jebol, air sungai naik, air sungai
        masuk, air setinggi, sepinggang, sedada, banyu naek, belabur, lempe, air masuk, kerendem""",
    "longsor": """longsor, lngsor, tanah longsor, tanah gerak, tanah retak, urug, lemah longsor,
        tertimbun, tebing runtuh, ambles, amblas, tanah ambles, tanah bergerak, longsoran""",
    "gempa": """gempa, gmpa, gempa bumi, tsunami, lindu, lini, linuh, lindur, guncangan, goyang
        kencang""",
    "orang_hilang": """orang hilang, anak hilang, belum pulang, tidak pulang, belum balik, tidak
        ada kabar, belum kembali, hilang kontak, minggat, tersesat, kesasar, diculik,
        penculikan, durung bali, durung mulih, hilang di hutan, tidak bisa dihubungi, kabur dari
        rumah, melaut belum, hilang sejak, kehilangan anak, pergi dari rumah, nemu anak, lupa
        jalan pulang""",
    "medis": """sakit keras, pingsan, sesak napas, sesak nafas, sesak, stroke, kejang,
        pendarahan, perdarahan, lahiran, melahirkan, digigit ular, dipatuk ular, digigit anjing,
        anjing gila, rabies, keracunan, tersengat tawon, semaput, kapiuhan, pengsan, tidak
        napas, tidak nafas, tidak bernapas, tidak bernafas, minum racun, serangan jantung,
        muntah darah, demam tinggi, sakit jantung, asma, mau bunuh diri, loncat dari, panas
        tinggi, sakit parah""",
    "sengketa": """sengketa, sengketa tanah, batas tanah, rebutan tanah, serobot, diserobot,
        patok, warisan, waris, hutang piutang, utang, hutang, nagih, gono gini, santet, fitnah,
        difitnah, sapi masuk sawah, ternak masuk kebun, rebutan warisan, jalan ditutup, pagar
        jalan""",
    "konflik": """bentrok, bentrokan, perang kampung, perang kelompok, antar kampung, antar
        desa, antar dusun, antar warga, dua desa, penyerangan, demo, unjuk rasa, blokir jalan,
        bakar ban, kerusuhan, pilkades, calon kades, sara, penistaan, provokasi, radikal,
        teroris, main hakim, dihakimi massa, amuk massa, balas dendam, silariang, merariq,
        rebutan air, rebutan lahan, serang kampung, sengketa lahan, saling serang, massa,
        pendukung""",
    "orang_mencurigakan": """mencurigakan, curiga, dicurigai, orang tidak dikenal, tidak
        dikenal, tidak kenal, otk, gerak gerik, mondar mandir, mengintai, ngintai, intip rumah,
        foto rumah, moto rumah, foto foto rumah, parkir lama, muter muter, muter, ketok pintu,
        ketuk pintu, plat palsu, wong dak dikenal, tanpa plat, intip""",
    "orang_asing": """wna, bule, turis, tka, paspor, visa, overstay, kitas, rohingya, imigran,
        orang asing, wong asing, jalma asing, tidak lapor, belum lapor rt, tanpa lapor, tamu
        tidak lapor, pendatang, surat tugas, ngaku petugas, mengaku petugas, ngaku dari, sales,
        minta sumbangan, tidak punya ktp, warga asing, calo tki, kapal asing, nggak lapor,
        sumbangan""",
    "senjata": """senpi rakitan, senjata rakitan, senjata api, mortir, granat, bahan peledak,
        bom ikan, detonator, bunyi tembakan, suara tembakan, bawa sajam, kecepek, senapan,
        pistol, peluru, bawa senjata""",
    "lingkungan": """illegal logging, kayu ilegal, tebang liar, tebang hutan, pembalakan, kayu
        gelondongan, tambang liar, tambang ilegal, emas ilegal, merkuri, galian c, minyak
        ilegal, sumur minyak, masakan minyak, masak minyak, racun ikan, setrum ikan, nyetrum
        ikan, potas, trawl, limbah, buang limbah, penyulingan minyak, satwa liar, penyu, illegal
        drilling, galian pasir""",
    "aparat": """pungli, pungutan liar, korupsi, dikorupsi, oknum polisi, oknum aparat, oknum
        kades, dana desa, bansos dipotong, blt dipotong, pkh dipotong, suap, sogok, nyogok, uang
        damai, bekingan, dibekingi, ijazah palsu""",
    "infrastruktur": """jalan rusak, jalan berlubang, jalan bolong, jalanan rusak, lampu jalan,
        lampu mati, mati lampu, listrik padam, listrik mati, kabel putus, kabel pln, kabel
        listrik, pohon tumbang, jembatan rusak, jembatan putus, jembatan ambruk, jembatan roboh,
        jembatan miring, jalan amblas, tiang listrik, tiang miring, air pdam, selokan mampet,
        saluran air, gorong gorong, jalan putus, pln, pohon roboh, lubang di jalan, jalan
        lubang, jalan jeblos, tiang pln""",
    "lainnya": """puting beliung, angin ribut, angin kencang, buaya, ular masuk, ular besar,
        harimau, babi hutan, monyet, dompet hilang, surat hilang, ktp hilang, stnk hilang,
        kehilangan dompet, kehilangan surat, menemukan dompet, nemu dompet, sampah""",
}

WEAK: Final[dict[str, str]] = {
    # Category: phrases that only go with it.
    "pencurian": """rumah kosong, kotak amal, linggis, gembok, curat""",
    "perampokan": """bertopeng, topeng, senpi""",
    "curanmor": """dibawa kabur, bawa kabur, plat, stnk, nopol""",
    "ternak": """ternak, kandang, tali dipotong, jejak sapi""",
    "penganiayaan": """visum, bengkak, memar""",
    "mayat": """tewas, meninggal, bau busuk, mengapung""",
    "kdrt": """rumah tangga, lebam, diusir, ditelantarkan, kekerasan""",
    "pelecehan": """bawah umur, guru ngaji, kemaluan, telanjang""",
    "narkoba": """bandar, kurir, transaksi, bong, paketan""",
    "keributan": """ribut, orgen, orkes, dangdut, konvoi, teriak, nongkrong, kumpul, emosi""",
    "miras": """bir, botol""",
    "judi": """bandar, kartu, domino, saung""",
    "penipuan": """transfer, rekening, online, cpns, calo, gadai, otp, saldo, ngaku, mengaku,
        duit, uang""",
    "kecelakaan": """korban, terbalik, sopir, truk, bus, jurang, terjepit, oleng""",
    "kebakaran": """api, asap, gosong""",
    "karhutla": """lahan, hutan, ilalang, savana, semak, bukit""",
    "banjir": """genangan, tanggul, mengungsi, air, deras""",
    "longsor": """tebing, retak""",
    "gempa": """retak, roboh""",
    "orang_hilang": """pikun, basarnas, terakhir""",
    "medis": """ambulans, puskesmas, dirujuk, sakit, tidak sadar, bidan, obat""",
    "sengketa": """tanah, sertifikat, tetangga, batas, mediasi, musyawarah""",
    "konflik": """sengketa tanah, batas desa, irigasi, serang, diserang, parang, kumpul""",
    "orang_mencurigakan": """keliling, masker""",
    "orang_asing": """kontrakan, ktp, kos""",
    "senjata": """sajam, parang, celurit, clurit, golok, pedang, badik, pisau, senpi, busur,
        panah""",
    "lingkungan": """chainsaw, senso, ikan mati, tambang""",
    "aparat": """oknum, aparat, setoran, pungutan, tilang""",
    "infrastruktur": """kabel, berlubang, rusak, diperbaiki, mampet, ambruk, tumbang, lubang""",
    "lainnya": """ular, angin, skck, sim""",
}

CLUES: Final[dict[str, str]] = {
    # What a report is made of; `COMBOS` turns sets of these into a category.
    "kendaraan": """motor, mobil, honda, vario, beat, supra, revo, mio, nmax, vixion, klx,
        scoopy, oto, pickup, truk, sepeda motor, ranmor, avanza, satria, megapro, aerox, yamaha,
        suzuki, viar""",
    "hewan": """sapi, kerbau, kebo, kambing, kuda, domba, wedhus, munding, sampi, jaran, tedong,
        saping, bembe, ternak""",
    "barang": """hape, laptop, uang, duit, emas, tabung gas, tv, genset, helm, ayam, bebek,
        jemuran, pompa, perhiasan, sepeda, mesin, kotak amal, padi, sawit, kelapa, cabe, kopi,
        ikan, dompet, tas, kalung, kepeng, beras, beas, roko, rokok, sandal, sepatu, barang,
        kabel, aki, burung, gabah, traktor, tbs""",
    "hilang": """hilang, kehilangan, dicuri, curian, digondol, dicolong, lenyap, diambil orang,
        diembat, dibawa lari, dibawa kabur, bawa kabur, diangkut, curi, maling, dimaling""",
    "orang": """anak, kakek, nenek, mbah, adik, adek, kakak, ibu, bapak, suami, istri, paman,
        ponakan, keponakan, nelayan, balita, anakku, bapakku, bocah, budak, lansia, santri,
        orang tua""",
    "keluarga": """suami, suamiku, istri, istriku, bini, bojo, bojoku, salaki, salakina,
        pamajikan, mertua, menantu, bapak tiri, ayah tiri, ibu tiri, lakiku, lakkainna, bainena,
        semame, senine, mantan suami""",
    "": """dipukul, dipukuli, mukul, pukul saya, pukul istri,
        pukul anak, pukul ibu, mukulin, memukul, memukuli, ditampar, tampar, nampar,
        dicekik, cekik, tendang, ditendang, diseret, siksa, disiksa, digebuk, digebukin,
        dihajar, hajar, dibacok, bacok, bunuh, dibunuh, ditempeleng, kena ngamuk, diantemi,
        diancam, ancam, dianiaya, tonjok, disundut, disiram""",
    "pukul_orang": """dipukul, dipukuli, memukuli, ditampar, ditendang, dihajar, dicekik,
        dikeroyok, diancam""",
    "api": """api, kebakaran, terbakar, dibakar, membakar, bakar, asap, merambat, menjalar""",
    "lahan": """hutan, lahan, gambut, ilalang, alang alang, savana, semak, padang rumput, bukit,
        kebun, ladang, olat, jerami, lereng, gunung, alas""",
    "bangunan": """rumah, bale, ruko, gudang, toko, kios, kandang, pasar, dapur, warung, kapal,
        perahu, mobil""",
    "kelompok": """warga desa, warga kampung, kelompok, massa, antar, pendukung, dua desa, desa
        sebelah, kampung sebelah, desa tetangga, warga 2 desa""",
    "berkelahi": """berkelahi, kelahi, tawuran, tawur, gelut, garelut, ribut, bentrok, serang,
        kumpul, saling ejek""",
    "senjata": """parang, celurit, clurit, golok, pedang, pedhang, badik, pisau, senpi, busur,
        panah, sajam, pistol, senjata, linggis, balok, bawa kayu, gir, samurai, arit, bedog,
        tombak, bersenjata""",
    # Only what follows moves the urgency.
    "bahaya": """terjebak, tertimbun, tawuran, bentrok, perahu karet, seleher, tidak sadar,
        tidak bernapas, tidak bernafas, tidak napas, tidak nafas, luka parah, korban parah,
        kritis, evakuasi, dievakuasi, belum dievakuasi, belum ditemukan, belum ketemu, belum
        padam, belum ada bantuan, belum ada ambulans, tenggelam, hanyut, pendarahan, kejang,
        bunuh, sekarat, tidak sadarkan diri, ketimpa, tertimpa, korban, darah, berdarah,
        bersimbah, nyawa, di atap, terjepit, tolong ambulans, kirim ambulans, minta tolong,
        menjerit, jeritan, disekap, dikunci, sepinggang, sedada, dibacok, ditikam, ditusuk, mau
        bunuh, merembet, merambat ke rumah, dekat rumah warga, masih menyala, tewas, meninggal,
        bersenjata, sesak, pingsan, digigit ular, terseret arus, air deras, jebol, lahiran,
        nimpa, keracunan, percikan api, gas bocor""",
    "pelaku": """masih di dalam, masih di lokasi, masih di sini, masih di rumah, ketangkap,
        tertangkap, ditangkap warga, kabur ke, lari ke, kabur ke arah, lari ke arah, ke arah,
        dikejar, kejar, baru saja, barusan, baru aja, masih di situ, dihakimi, masih disini, ada
        di dalam""",
    "kini": """sekarang, sedang, lagi berlangsung, barusan, baru saja, saat ini, detik ini,
        masih berlangsung""",
    "desak": """tolong cepat, cepat, segera, gawat, darurat, sos, buruan, help""",
    "lampau": """kemarin, tadi malam, semalam, tadi pagi, tadi subuh, subuh tadi, tadi siang,
        tadi sore, malam tadi, pagi tadi, ketahuan, ketauan, onek, semalem, tadi malem""",
    "lama": """minggu lalu, bulan lalu, tahun lalu, minggu kemarin, bulan kemarin, sejak bulan,
        sejak minggu, dulu, hari lalu, hari yang lalu, minggu yang lalu, bulan yang lalu""",
    "kabar": """katanya, kabarnya, kata orang, dengar dengar, denger denger, denger, dengar, ada
        info, menurut, konon, gosip, isu, cerita orang, info pak, pak info""",
    "sering": """sering, tiap malam, setiap malam, tiap hari, setiap hari, selalu, terus
        terusan, tiap hujan, tiap, setiap, suka, bebas, saban, merajalela, meresahkan, biasa""",
    "tanya": """bagaimana, gimana, bisa tidak, masih bisa, lapor kemana, kapan, mau tanya,
        boleh, mau lapor, mohon diteruskan, mohon ditindak, minta patroli""",
    "segera": """puting beliung, angin kencang, roboh, tumbang, nutup jalan, menutup jalan,
        melintang, putus, jalan putus, jembatan putus, tertutup longsor, pohon tumbang, jembatan
        ambruk""",
    "anak_kecil": """balita, bayi, anak umur, umur 2, umur 3, umur 4, umur 5, umur 6, umur 7,
        anak kecil""",
    "reda": """tidak ada korban, sopir selamat, supir selamat, selamat, sudah aman, sudah padam,
        sudah dipadamkan, bisa dipadamkan, sudah ketemu, sudah ditemukan, sudah selesai, sudah
        damai, sudah mati, sudah surut, sudah pulang, sudah sadar, salah paham, tidak apa apa,
        luka ringan, lecet, selamat semua, sudah reda""",
    "latihan": """simulasi, latihan, gladi, film, sinetron, drama, prank, bercanda, lagu, game,
        lomba""",
}

COMBOS: Final[tuple[tuple[str, int, tuple[str, ...]], ...]] = (
    # Category, how much it counts, the clues that must all be there.
    ("curanmor", 5, ("kendaraan", "hilang")),
    ("ternak", 6, ("hewan", "hilang")),
    ("pencurian", 3, ("barang", "hilang")),
    ("orang_hilang", 3, ("orang", "hilang")),
    ("kdrt", 6, ("keluarga", "")),
    ("penganiayaan", 3, ("pukul_orang",)),
    ("karhutla", 4, ("lahan", "api")),
    ("kebakaran", 2, ("bangunan", "api")),
    ("konflik", 5, ("kelompok", "senjata")),
    ("konflik", 3, ("kelompok", "berkelahi")),
    ("perampokan", 2, ("senjata", "hilang")),
    ("keributan", 1, ("senjata", "berkelahi")),
)

IDIOMS: Final = """kebakaran jenggot, maling hati, pencuri hati, curi hati, mencuri hati, curi
    start, mencuri start, curi perhatian, mencuri perhatian, maling waktu, mencuri waktu, curi
    waktu, curi kesempatan, banjir diskon, banjir promo, banjir order, banjir pesanan, banjir
    hadiah, banjir air mata, banjir pujian, harga terbakar, terbakar cemburu, terbakar api
    asmara, api cinta, api asmara, kereta api, perang harga, bom waktu, mati gaya, mabuk cinta,
    mabuk laut, mabuk darat, mabuk perjalanan, gempa asmara, rampok hati, jual mahal, kecelakaan
    cinta, judi nasib, hilang akal, hilang sinyal, sinyal hilang, sampai sekarang, sampai kini,
    bunuh waktu, bunuh bosan, kali ini"""
NEGATORS: Final = "tidak, bukan, belum, tanpa, ndarak, degaga, tena, katek, dudu"
NEGATION_BRIDGE: Final = "ada, terjadi, jadi, lagi, sampai, pernah"
SECRECY: Final = """rahasia, rahasiakan, dirahasiakan, merahasiakan, jangan bilang, jangan
    sebut, jangan sampai tau, jangan sampai tahu, jangan sampai ketahuan, jangan kasih tau,
    jangan kasih tahu, tidak mau disebut, jangan disebut, nanti ketahuan, jangan telpon, jangan
    telepon, jangan hubungi, jangan ditulis nama, samarkan, sembunyikan nama, takut ketahuan,
    identitas kami, identitas saya, jangan bocor, jangan dibocorkan, jangan dibilang"""
OFFICIALS: Final = """polisi, polsek, polres, polantas, babin, bhabin, babinsa, bhabinkamtibmas,
    babinkamtibmas, kades, kepala desa, lurah, camat, aparat, petugas, kadus, kepala dusun,
    sekdes, perangkat desa, aparat desa, samsat, kapolsek, kapolres, kanit, satpol, bendahara
    desa, pemdes, oknum, tentara, tni"""
OFFICES: Final = """kantor desa, balai desa, kantor lurah, kantor kelurahan, kantor camat,
    kantor kecamatan, polsek, polres, samsat, kantor polisi, pegawai desa, pegawai kecamatan,
    pegawai kelurahan, perangkat desa, satpas"""
CLAIMED: Final = """ngaku, mengaku, ngakunya, mengatasnamakan, pura, palsu, gadungan, bohongan,
    telpon, telepon, telp, nelpon, nelepon, ditelpon, ditelepon, atasnama, seolah, nyamar,
    menyamar, bukan, mantan"""
OTHER_STAFF: Final = """pln, pdam, bank, kredit, leasing, koperasi, bpjs, sales, wifi, telkom,
    meteran, gas, sensus, warga, ormas, guru, wartawan, lsm, preman, ustad, ustadz, pelajar,
    mahasiswa, suporter, parkir, keamanan, spbu"""
OTHER_ACTORS: Final = """ada, tolong, orang, warga, suami, istri, tetangga, anak, saya, kami,
    pelaku, mereka, dia, maling, preman, karena, lapor, adik, kakak, bapak, ibu, teman, pemuda,
    geng, rentenir, dc, itu, datang"""
# What an official does to somebody ...
DEEDS: Final = """tidak mau terima laporan, tolak laporan, menolak laporan,
    minta uang, mintain uang, minta duit, minta setoran, minta jatah, minta
    bayaran, minta rokok, minta uangnya, meminta uang, meminta duit, memeras, meres, peras,
    memalak, malak, memukul, mukul, mukulin, memukuli, menampar, nampar, mengancam, ngancam,
    ancam, selingkuh, berselingkuh, menerima suap, terima suap, melecehkan, menganiaya,
    memungut, narik uang, menarik uang, potong bansos, potong blt, motong blt, motong bansos,
    memotong blt, memotong bansos, membekingi, bekingi, bekingin, backing, menyelewengkan,
    selewengkan, menggelapkan, memperkosa, mencabuli, menyalahgunakan, minta suap, minta sogok,
    menghamili, pungut uang, pungut biaya, potong bantuan, memotong bantuan, motong bantuan,
    jual bantuan, jual beras bantuan, menjual bantuan, menjual beras bantuan, tendang, menendang,
    nendang, nilang minta, tilang minta, menilang minta"""
# ... what it is called ...
GRAFT: Final = """pungli, korupsi, suap, sogok, pungutan liar, pungutan, penyuapan, pemerasan,
    mengkorupsi"""
# ... and what was done to somebody, by an official named after it.
SUFFERED: Final = """disuruh bayar, suruh bayar,
    diperas, dipukul, dipukuli, ditampar, diancam, dipalak, dimintai uang,
    dimintain uang, dimintai duit, dianiaya, dilecehkan, dipungli, dikorupsi, dibekingi,
    dibekingin, bekingan, beking, disuap, disogok, nyogok, nyuap, setor ke, setoran ke, uang
    damai, diselewengkan, digelapkan, ditilep, diselingkuhi, ditembak, dicabuli, diperkosa,
    dihamili, ditendang"""
PUBLIC_MONEY: Final = """dana desa, blt, bansos, pkh, bantuan desa, uang desa, kas desa,
    anggaran desa, bumdes, bantuan pemerintah, bantuan sembako, beras bantuan, uang bantuan"""
MISUSE: Final = """korupsi, dikorupsi, diselewengkan, dipotong, disunat, dipungli, dimakan,
    digelapkan, ditilep, ditilap, dipakai pribadi, fiktif, dijual, beli mobil"""
